"""Which addresses may be called: those that the whole world has."""

import ipaddress
import socket

from pipeline.fetch.nouns import NotFetched

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


def is_public(address: Address) -> bool:
    """Whether it is an address of the public net, also when it wraps one of IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        if wrapped := _wrapped(address):
            return is_public(wrapped)
        if address.scope_id:
            return False
    # Shared (CGNAT), link-local, loopback, documentation and private ones are not global; what
    # is left to shut out are groups and what nobody gave away yet.
    return address.is_global and not address.is_multicast and not address.is_reserved


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo:
        return address.teredo[1]
    return address.sixtofour


def resolve(host: str, port: int, private: bool) -> list[str]:
    """The addresses of a host, in the system's order: exactly these may be called.

    A host spelled as a number (decimal, octal, hexadecimal) becomes an address here like any
    other. Raises NotFetched when there are none, or when one of them is not public and `private`
    is not said: a name with both is a trap.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        message = f"The name {host} has no address ({error})."
        raise NotFetched("later", "no-such-host", message, again=True) from error
    addresses = list(dict.fromkeys(str(place[4][0]) for place in found))
    for address in addresses:
        if not private and not is_public(ipaddress.ip_address(address)):
            message = (
                f"{host} is {address}, an address of this machine or of a private network. "
                "If that is meant, say `private = true` for the source."
            )
            raise NotFetched("refused", "private-address", message)
    return addresses
