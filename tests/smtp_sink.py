"""A real SMTP server on loopback that keeps what it is given; the standard library has none any more."""

import contextlib
import email
import email.policy
import socketserver
import threading


class _Session(socketserver.StreamRequestHandler):
    """One connection: says yes to everything, and keeps each message with its envelope."""

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 sink")
        sender, receivers = "", []
        for line in iter(self.rfile.readline, b""):
            command = line.decode().strip()
            verb = command[:4].upper()
            if verb == "MAIL":
                sender, receivers = command.partition(":")[2], []
            elif verb == "RCPT":
                receivers.append(command.partition(":")[2].strip().strip("<>"))
            elif verb == "DATA":
                self.say("354 go on")
                self.server.kept.append((sender, receivers, self._message()))
            elif verb == "QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")

    def _message(self):
        lines = [line.removeprefix(b".") for line in iter(self.rfile.readline, b".\r\n")]
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


@contextlib.contextmanager
def smtp_sink():
    """(port, list of (sender, receivers, message)) of a server that lives as long as the block."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.kept = []
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1], server.kept
        finally:
            server.shutdown()
            thread.join()
