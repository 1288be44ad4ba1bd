"""Ports of the loopback for the servers of a test, which may come late, be killed and come again."""

import random
import socket

# One abstract socket for each port that this process was given: the kernel drops them when it ends.
_reserved = []


def _reserve(port):
    """Does no other test have it, nor any server? Then it is this process's alone."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        claim.bind(f"\0casegate-test-port-{port}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return False
    _reserved.append(claim)
    return True


def free_port():
    """Below those that the kernel gives to whoever connects: none of them is taken while a server is down."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first_of_clients = int(file.read().split()[0])
    while True:
        port = random.randrange(10000, first_of_clients)
        if _reserve(port):
            return port
