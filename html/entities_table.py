#!/usr/bin/env python3
"""Writes html/entities_table.h: the named character references of HTML, from Python's html.entities.

usage: entities_table.py > entities_table.h
"""
from html.entities import html5


def escaped(data):
    """A C string of these bytes; every byte above ASCII as an octal escape of three digits."""
    plain = lambda byte: chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\{byte:03o}"
    return "".join(plain(byte) for byte in data)


names = sorted(html5.items(), key=lambda item: item[0].encode())
longest = max(len(name) for name, _ in names)
widest = max(len(text.encode()) for _, text in names)
bare = max(len(name) for name, _ in names if not name.endswith(";"))
print("/* Named character references (WHATWG HTML 13.5), sorted by byte. Written by entities_table.py. */")
print("// clang-format off")
print(f"enum {{ ENTITY_NAME_MAX = {longest}, ENTITY_BARE_MAX = {bare} }};")
print(f"static const struct {{\n\tchar name[{longest + 1}]; /* with its semicolon, where it has one */\n\tchar text[{widest + 1}];\n}} entities[{len(names)}] = {{")
for name, text in names:
    print(f'\t{{"{name}", "{escaped(text.encode())}"}},')
print("};")
