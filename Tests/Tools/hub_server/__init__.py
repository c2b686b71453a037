"""A Hugging Face Hub on 127.0.0.1 for tests: the parts of its HTTP interface that clients use to sign in, download and upload.

    python3 -m hub_server          (in Tests/Tools; needs nothing but Python)

prints `{"port": ..., "cdn_port": ...}` and serves until its standard input ends. `http://127.0.0.1:PORT` is one hub, and
`http://127.0.0.1:PORT/w/NAME` another one for every NAME, so that tests do not meet. Files of the large-file store come from the second
port, as the Hub's come from another host. `admin.py` says how a test prepares a hub, makes it misbehave and reads what was asked of it.

`test_hub_server.py` holds the server against the real client.
"""
