"""The simulated API's errors: a gRPC status and a sentence."""

import grpc


class Refusal(Exception):
    """A call that is answered with an error; `code` is its gRPC status."""

    def __init__(self, code: grpc.StatusCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def invalid(text: str) -> Refusal:
    """Return the refusal of a request that is wrong in itself."""
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, text)
