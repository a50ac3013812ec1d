#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""echo_asyncio.py CHAIN KEY CAFILE [SERVER_ENGINE [CLIENT_ENGINE]]: asyncio's streams over omnitls."""
import asyncio
import sys

import omnitls_ssl


async def answer(reader, writer):
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()


async def echo(chain, key, cafile, server_engine=None, client_engine=None, lines=3):
    """Serve on a free port, talk to it, and return what came back."""
    ours = omnitls_ssl.SSLContext(omnitls_ssl.PROTOCOL_TLS_SERVER, server_engine)
    ours.load_cert_chain(chain, key)
    theirs = omnitls_ssl.create_default_context(cafile=cafile, engine=client_engine)
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=ours)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=theirs,
                                                   server_hostname="localhost")
    out = []
    for i in range(lines):
        writer.write(b"line %d\n" % i * 100)
        out += [await reader.readline() for _ in range(100)]
    peer = writer.get_extra_info("peercert"), writer.get_extra_info("cipher")
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    return out, peer


if __name__ == "__main__":
    LINES, (CERTIFICATE, CIPHER) = asyncio.run(echo(*sys.argv[1:]))
    print(LINES[0].decode().strip(), CERTIFICATE["subject"], CIPHER)
