"""HTTP/1.1 for the stand-in: threads, keep-alive, gzip, chunked bodies, and lines that are cut on purpose.

One Server is one origin. What it is asked becomes a Request, what `serve(request)` returns an Answer."""

import dataclasses
import gzip
import http.server
import json
import socket
import struct
import threading
import time
import urllib.parse

BODY_BYTES = 64 * 1024 * 1024


@dataclasses.dataclass
class Request:
    origin: str                 # "login", "graph", "foreign", "control"
    method: str
    target: str                 # as it came: path and query
    headers: dict               # names in lower case
    body: bytes
    connection: int
    version: str = "HTTP/1.1"
    at: float = dataclasses.field(default_factory=time.monotonic)
    status: int = 0             # what was answered; 0: nothing, the line was cut
    mailbox: object = None      # whose, once known
    token: object = None
    inner: bool = False         # one of a $batch

    def __post_init__(self):
        parts = urllib.parse.urlsplit(self.target)
        self.raw_path = parts.path
        self.raw_query = parts.query
        self.path = urllib.parse.unquote(parts.path)
        self.query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))

    def header(self, name):
        return self.headers.get(name.lower(), "")

    def json(self):
        """The body as an object, None where it is none."""
        try:
            value = json.loads(self.body.decode("utf-8"))
        except (UnicodeDecodeError, ValueError):
            return None
        return value if isinstance(value, dict) else None

    def form(self):
        return urllib.parse.parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def __str__(self):
        return f"{self.method} {self.origin}:{self.target[:300]}"


class Answer:
    """cut: "silent" closes the line instead of answering, "middle" after half of the body."""

    def __init__(self, status, body=b"", headers=None, cut=None):
        self.status, self.body, self.headers, self.cut = status, body, dict(headers or {}), cut

    @classmethod
    def json(cls, value, status=200, headers=None):
        body = json.dumps(value, ensure_ascii=False).encode()
        return cls(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})

    @classmethod
    def text(cls, text, status=200, kind="text/plain"):
        return cls(status, text if isinstance(text, bytes) else text.encode(), {"Content-Type": kind})

    @classmethod
    def redirect(cls, url, status=302):
        return cls(status, b"", {"Location": url})

    @classmethod
    def silent(cls):
        return cls(0, cut="silent")

    def value(self):
        return json.loads(self.body)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120

    def setup(self):
        super().setup()
        self.connection_number = self.server.next_connection()

    def handle_one_request(self):
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline:
                self.close_connection = True
                return
            if not self.parse_request():
                return
            self.answer_one()
        except (ConnectionError, socket.timeout, ValueError):
            self.close_connection = True

    def answer_one(self):
        headers = {}
        for name, value in self.headers.items():
            headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
        request = Request(self.server.origin, self.command, self.path, headers, self.read_body(headers),
                          self.connection_number, self.request_version)
        self.send(request, self.server.serve(request))

    def read_body(self, headers):
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body = b""
            while size := int(self.rfile.readline(100).split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline(10)
                if len(body) > BODY_BYTES:
                    raise ConnectionError("too large")
            self.rfile.readline(100)
            return body
        return self.rfile.read(min(int(headers.get("content-length") or 0), BODY_BYTES))

    def send(self, request, answer):
        if answer.cut == "silent":
            self.reset()
            return
        body, headers = answer.body, dict(answer.headers)
        if "gzip" in request.header("Accept-Encoding") and len(body) > 256 and "Content-Encoding" not in headers:
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        self.send_response_only(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Date", self.date_time_string())
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if answer.cut == "middle" else body)
        self.wfile.flush()
        if answer.cut == "middle":
            self.reset()

    def reset(self):
        """Ends the line as a crash does: with a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass

    def log_message(self, *_):    # pylint: disable=signature-differs
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, origin, serve, port=0):
        self.origin, self.serve = origin, serve
        self.connections = 0
        self.counting = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next_connection(self):
        with self.counting:
            self.connections += 1
            return self.connections

    def start(self):
        self.thread.start()

    def stop(self):
        self.shutdown()
        self.server_close()
        self.thread.join(5)

    def handle_error(self, request, client_address):
        """A client that went away is no error of ours; anything else is shown by the Cloud."""
