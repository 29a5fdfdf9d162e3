"""A scanner that speaks clamd's INSTREAM over a real socket and knows one virus: the EICAR test file."""

import contextlib
import socketserver
import struct
import threading
import time

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Scan(socketserver.StreamRequestHandler):
    """One file: chunks, each after its length, until a length of zero."""

    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        chunks = []
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            chunks.append(self.rfile.read(length))
            if sum(map(len, chunks)) > self.server.takes:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.seen.append(chunks)
        time.sleep(self.server.thinks)
        self.wfile.write(self.server.says or self._verdict(b"".join(chunks)))

    def _verdict(self, content):
        return b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


class _OverNetwork(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


class _OverPath(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextlib.contextmanager
def scanner(path=None, *, takes=10**9, thinks=0, says=b""):
    """A server as long as the block, on a socket of the file system or on 127.0.0.1; `address` is for KMS_CLAMAV.

    `takes` so many bytes, `thinks` so many seconds, `says` the same of every file; `seen` holds the chunks it got.
    """
    with _OverPath(str(path), _Scan) if path else _OverNetwork(("127.0.0.1", 0), _Scan) as server:
        server.takes, server.thinks, server.says, server.seen = takes, thinks, says, []
        server.address = str(path) if path else server.server_address
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
