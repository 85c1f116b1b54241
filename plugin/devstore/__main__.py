"""`python -m plugin.devstore`: serves the demo store on localhost; `laurel demo` starts it.

Its environment: LAUREL_DEVSTORE_PORT (8001), LAUREL_HOME (.laurel), SHOPIFY_API_KEY, SHOPIFY_API_SECRET,
SHOPIFY_APP_URL.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import uvicorn

from plugin.devstore.application import AppUnknownError, app_from_environment
from plugin.devstore.server import create_server


def main() -> int:
    """Serve until told to stop; 2 when the environment is not enough."""
    try:
        app = app_from_environment(os.environ)
    except AppUnknownError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    server = create_server(Path(os.environ.get("LAUREL_HOME") or ".laurel"), app)
    # A store that was left without the app is granted it again: every start of the demo opens the app in its admin.
    server.state.store.reinstall_app()
    port = int(os.environ.get("LAUREL_DEVSTORE_PORT") or "8001")
    uvicorn.run(server, host="127.0.0.1", port=port, log_level="warning", access_log=False, server_header=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
