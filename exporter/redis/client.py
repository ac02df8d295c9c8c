"""A lasting connection to one Redis server, which sends no command of its own accord."""

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path

from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.exceptions import AuthenticationError, BusyLoadingError, RedisError, ResponseError
from redis.exceptions import ConnectionError as ConnectionLost

from exporter.errors import PollError, Reason
from exporter.redis.target import Address, RedisTarget
from exporter.secrets_file import Secret, UnusableSecret, read_secret

__all__ = ["Address", "Command", "Link", "RedisTarget", "Reply"]

Command = tuple[str, ...]
Reply = object  # bytes, int, None, a list of these, or an error reply

_REFUSED = "the server refused the user or password, check username and password_file"


class Link:
    """A connection that is opened when needed and stays open."""

    def __init__(self, target: RedisTarget, address: Address, *, is_sentinel: bool = False) -> None:
        """Connect later; a sentinel may have no password although its Redis servers do."""
        self._target = target
        self._address = address
        self._is_sentinel = is_sentinel
        self._connection: AbstractConnection | None = None

    async def query(self, commands: Sequence[Command]) -> list[Reply]:
        """Send all commands at once and return their replies, error replies included.

        A connection that the server closed since the last poll is opened once more. Raises
        PollError when the server cannot be reached or refuses the user.
        """
        try:
            if self._connection:
                try:
                    return await self._exchange(self._connection, commands)
                except ConnectionLost:
                    pass
            self._connection = await self._open()
            return await self._exchange(self._connection, commands)
        except AuthenticationError:
            text = "the server requires a password, set password_file"
            raise PollError(Reason.CREDENTIALS, text) from None
        except (RedisError, OSError) as error:
            raise PollError(Reason.UNAVAILABLE, str(error)) from None
        except (ValueError, RecursionError):
            # redis-py does not check the lengths and the nesting in a reply.
            text = "the reply is not Redis's, check host and port"
            raise PollError(Reason.INVALID, text) from None

    async def close(self) -> None:
        """Close the connection without waiting for the server."""
        connection, self._connection = self._connection, None
        if connection:
            await connection.disconnect(nowait=True)

    async def _exchange(
        self, connection: AbstractConnection, commands: Sequence[Command]
    ) -> list[Reply]:
        complete = False
        try:
            await connection.send_packed_command(connection.pack_commands(commands))
            replies = [await _reply(connection) for _ in commands]
            complete = True
        finally:
            # An unread reply would be taken for the reply to the next command.
            if not complete:
                await self.close()
        return replies

    async def _open(self) -> AbstractConnection:
        password = await asyncio.to_thread(_password, self._target)
        try:
            return await self._connect(self._target.username, password)
        except (AuthenticationError, ResponseError):
            # The error's text is left out: it can repeat the arguments of AUTH.
            if not self._is_sentinel:
                raise PollError(Reason.CREDENTIALS, _REFUSED) from None
        return await self._connect(None, None)

    async def _connect(self, username: str | None, password: str | None) -> AbstractConnection:
        context = await asyncio.to_thread(_tls, self._target) if self._target.tls else None
        connection = _connection(self._address, context)
        connection.username, connection.password = username, password
        try:
            await connection.connect()  # type: ignore[no-untyped-call]  # redis-py's own lack
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        return connection


async def _reply(connection: AbstractConnection) -> Reply:
    try:
        reply: Reply = await connection.read_response(disconnect_on_error=False)
    except (ResponseError, BusyLoadingError) as error:
        return error
    return reply


def _connection(address: Address, context: ssl.SSLContext | None) -> AbstractConnection:
    # RESP2 and no driver_info: redis-py then sends neither HELLO nor CLIENT SETINFO. No timeouts
    # of its own either: the deadline of the poll is the only one.
    if address.path:
        return UnixDomainSocketConnection(
            path=address.path, protocol=2, driver_info=None, socket_timeout=None
        )
    kind = SSLConnection if context else Connection
    connection = kind(
        host=address.host,
        port=address.port,
        protocol=2,
        driver_info=None,
        socket_timeout=None,
        socket_connect_timeout=None,
    )
    if isinstance(connection, SSLConnection):
        connection.ssl_context.context = context
    return connection


def _tls(target: RedisTarget) -> ssl.SSLContext:
    """Trust the target's own authority alone, where it has one; files are read at each connect."""
    if target.key_file:
        _secret(target.key_file, "key_file")  # so that no log shows it; OpenSSL reads it again
    try:
        context = ssl.create_default_context(cafile=target.ca_file)
        if target.cert_file:
            context.load_cert_chain(target.cert_file, target.key_file)
    except OSError as error:
        text = f"ca_file, cert_file or key_file: {error.strerror or error}, check the files"
        raise PollError(Reason.CREDENTIALS, text) from None
    if target.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _password(target: RedisTarget) -> str | None:
    """Return the password, which no log shows from now on."""
    if target.password_file is None:
        return None
    return _secret(target.password_file, "password_file").reveal().rstrip("\r\n")


def _secret(path: Path, key: str) -> Secret:
    try:
        return read_secret(path)
    except UnusableSecret as error:
        raise PollError(Reason.CREDENTIALS, f"{key}: {error}") from None
