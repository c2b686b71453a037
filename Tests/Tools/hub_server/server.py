"""Both ports, until nobody needs them any more."""

import json
import ssl
import sys
import threading
from http.server import ThreadingHTTPServer

from .cdn import CDN
from .http import Handler
from .hub import Hub
from .world import Worlds


class Server(ThreadingHTTPServer):
    """One thread a connection; a client that breaks off a TLS handshake is no news."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (OSError, ssl.SSLError)):
            super().handle_error(request, client_address)


def serve(standard_input, standard_output, certificate=None):
    worlds = Handler.worlds = Worlds()
    servers = [Server(("127.0.0.1", 0), handler) for handler in (Hub, CDN)]
    ports = [server.server_address[1] for server in servers]
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        servers[0].socket = context.wrap_socket(servers[0].socket, server_side=True)
        Hub.scheme = "https"
    worlds.cdn = f"http://127.0.0.1:{ports[1]}"
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": ports[0], "cdn_port": ports[1]}), file=standard_output, flush=True)
    # Whoever started this keeps the pipe open; when that process is gone, so is this one.
    standard_input.read()
