"""How connections to Redis are encrypted: whom a target trusts, and by which name."""

import ssl
from collections.abc import Mapping
from typing import Any

from redis.asyncio.connection import SSLConnection

from exporter.errors import PollError, Reason
from exporter.redis.target import RedisTarget


class NamedConnection(SSLConnection):
    """A connection that expects a name in the certificate other than the host it connects to."""

    server_name: str | None = None

    def _connection_arguments(self) -> Mapping[str, Any]:
        arguments = super()._connection_arguments()
        return {**arguments, "server_hostname": self.server_name or self.host}


def context(target: RedisTarget) -> ssl.SSLContext:
    """Trust the target's own authority alone, where it has one; files are read at each connect.

    Raises PollError where a file cannot be used.
    """
    try:
        made = ssl.create_default_context(cafile=target.ca_file)
        if target.cert_file:
            made.load_cert_chain(target.cert_file, target.key_file)
    except OSError as error:
        text = f"ca_file, cert_file or key_file: {error.strerror or error}, check the files"
        raise PollError(Reason.CREDENTIALS, text) from None
    if target.ca_file:
        # From Python 3.13 on, a certificate without key identifiers is refused by default. Those of
        # managed Redis have none; which authority signs them, the settings say.
        made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if target.insecure_skip_verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made
