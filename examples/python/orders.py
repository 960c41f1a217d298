"""A service in Python that honours every logout: it asks the login server about the token of each request."""
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

CHECK = f"{os.environ['LATCHKEY_URL']}/check?audience={os.environ['LATCHKEY_AUDIENCE']}"
EXTRA = {401: ("WWW-Authenticate", 'Bearer error="invalid_token"'), 503: ("Retry-After", "1")}

def check(authorization):
    """The status for the client and, if the token is live, the id of its user. Do not keep the answer for later requests."""
    try:
        with urlopen(Request(CHECK, headers={"Authorization": authorization}), timeout=3) as answer:
            return 200, answer.headers["Latchkey-User"]
    except (HTTPError, OSError, ValueError) as error:  # Only 401 is a verdict. Anything else is unknown: neither in nor logged out.
        return (401 if getattr(error, "code", None) == 401 else 503), None

class Orders(BaseHTTPRequestHandler):
    def do_GET(self):
        status, user = check(self.headers.get("Authorization", ""))
        self.send_response(status)
        if status in EXTRA:
            self.send_header(*EXTRA[status])
        self.end_headers()
        self.wfile.write(f"the orders of {user}\n".encode() if status == 200 else b"")

server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Orders)
print(f"Listening at http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
