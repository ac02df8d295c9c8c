"""A lasting connection to one Redis server, which sends no command of its own accord."""

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path

from redis.asyncio.connection import AbstractConnection, Connection, UnixDomainSocketConnection
from redis.exceptions import AuthenticationError, BusyLoadingError, RedisError, ResponseError
from redis.exceptions import ConnectionError as ConnectionLost

from exporter.errors import PollError, Reason
from exporter.redis import tls
from exporter.redis.bounds import MIB, ByteBudget, bounded
from exporter.redis.target import Address, RedisTarget
from exporter.secrets_file import Secret, UnusableSecret, read_secret

__all__ = ["Address", "Command", "RedisTarget", "Reply", "ServerLink", "is_passing"]

Command = tuple[str, ...]
Reply = object  # bytes, int, None, a list of these, or an error reply

MOST_BYTES = 16 * MIB  # INFO of a busy server has less than one
_PASSING = {"LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN"}
_REFUSED = "the server refused the user or password, check username and password_file"
_SENTINEL_REFUSED = (
    "the sentinel refused the user or password, check sentinel_username and sentinel_password_file"
)
_REQUIRED = "the server requires a password, set password_file"
_SENTINEL_REQUIRED = "the sentinel requires another password, set sentinel_password_file"


class ServerLink:
    """A connection that is opened when needed and stays open."""

    def __init__(
        self,
        target: RedisTarget,
        address: Address,
        *,
        is_sentinel: bool = False,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Connect later; a sentinel may have no password although its Redis servers do.

        `most_bytes` limits the replies to one query.
        """
        self._target = target
        self.address = address
        self._is_sentinel = is_sentinel
        self._budget = ByteBudget(most_bytes)
        self._connection: AbstractConnection | None = None

    async def query(self, commands: Sequence[Command]) -> list[Reply]:
        """Send all commands at once and return their replies, error replies included.

        A connection that the server closed since the last poll is opened once more. Raises
        PollError when the server cannot be reached, refuses the user, or sends without end.
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
            text = _SENTINEL_REQUIRED if self._is_sentinel else _REQUIRED
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
        self._budget.renew()
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
        target, has_own = self._target, False
        username, file, key = target.username, target.password_file, "password_file"
        if self._is_sentinel and target.sentinel_password_file:
            username, file, has_own = target.sentinel_username, target.sentinel_password_file, True
            key = "sentinel_password_file"
        password = await asyncio.to_thread(_password, file, key)
        try:
            return await self._connect(username, password)
        except (AuthenticationError, ResponseError):
            # The error's text is left out: it can repeat the arguments of AUTH.
            if has_own or not self._is_sentinel:
                text = _SENTINEL_REFUSED if has_own else _REFUSED
                raise PollError(Reason.CREDENTIALS, text) from None
        return await self._connect(None, None)

    async def _connect(self, username: str | None, password: str | None) -> AbstractConnection:
        context = await asyncio.to_thread(_context, self._target) if self._target.tls else None
        connection = self._unopened(context)
        connection.username, connection.password = username, password
        self._budget.renew()
        try:
            await connection.connect()  # type: ignore[no-untyped-call]  # redis-py's own lack
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        return connection

    def _unopened(self, context: ssl.SSLContext | None) -> AbstractConnection:
        # RESP2 and no driver_info: redis-py then sends neither HELLO nor CLIENT SETINFO. No
        # timeouts of its own either: the deadline of the poll is the only one.
        address, parser = self.address, bounded(self._budget)
        if address.path:
            return UnixDomainSocketConnection(
                path=address.path,
                protocol=2,
                driver_info=None,
                socket_timeout=None,
                parser_class=parser,
            )
        kind = tls.NamedConnection if context else Connection
        connection = kind(
            host=address.host,
            port=address.port,
            protocol=2,
            driver_info=None,
            socket_timeout=None,
            socket_connect_timeout=None,
            parser_class=parser,
        )
        if isinstance(connection, tls.NamedConnection):
            connection.ssl_context.context = context
            connection.server_name = self._target.server_name
        return connection


def is_passing(reply: Reply) -> bool:
    """Return whether a server sends an error reply for a while only, whatever the command is."""
    if not isinstance(reply, RedisError):
        return False
    # redis-py takes the first word off the texts of some errors, and keeps it beside them.
    return (getattr(reply, "status_code", None) or str(reply).partition(" ")[0]) in _PASSING


async def _reply(connection: AbstractConnection) -> Reply:
    try:
        reply: Reply = await connection.read_response(disconnect_on_error=False)
    except (ResponseError, BusyLoadingError) as error:
        return error
    return reply


def _context(target: RedisTarget) -> ssl.SSLContext:
    if target.key_file:
        _secret(target.key_file, "key_file")  # so that no log shows it; OpenSSL reads it again
    return tls.context(target)


def _password(file: Path | None, key: str) -> str | None:
    """Return the password, which no log shows from now on."""
    return None if file is None else _secret(file, key).reveal().rstrip("\r\n")


def _secret(path: Path, key: str) -> Secret:
    try:
        return read_secret(path)
    except UnusableSecret as error:
        raise PollError(Reason.CREDENTIALS, f"{key}: {error}") from None
