/* SHA-256 of bytes: what an attachment, a mail and its content are known by. By nettle, which uses
 * the processor's own instructions; GLib's is five times slower and was half of what a large mail
 * cost. */
#pragma once

#include <glib.h>

/* 64 lower-case hex digits, to be freed. */
char *sha256_of_bytes(GBytes *bytes);
