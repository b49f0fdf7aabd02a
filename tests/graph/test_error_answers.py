import logging

import pytest
from graphql import GraphQLError, parse

from gateway.errors import BadUserInput, OperationUnresolved, Reason, Unauthenticated, UpstreamUnavailable
from gateway.graph.error_answers import RequestRefused, field_errors, request_error


def at_field(original: Exception | None, message: str = "told") -> GraphQLError:
    """An error as the executor makes it."""
    node = parse("{ a }").definitions[0]
    return GraphQLError(message, [node], path=["a", 0, "b"], original_error=original)


def test_a_known_error_is_told_with_its_code_and_place() -> None:
    """Message, extensions, path and locations."""
    problem = UpstreamUnavailable("Not there.", upstream={"status": 503})
    assert field_errors([at_field(problem)]) == [
        {
            "message": "Not there.",
            "locations": [{"line": 1, "column": 1}],
            "path": ["a", 0, "b"],
            "extensions": {"code": "UPSTREAM_UNAVAILABLE", "upstream": {"status": 503}},
        }
    ]


@pytest.mark.parametrize("problem", [LookupError("token abc"), TypeError("secret"), RecursionError(), KeyError("x")])
def test_an_unknown_error_is_masked_and_logged(problem: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """The client learns that something went wrong, the log learns what and where."""
    with caplog.at_level(logging.ERROR, "gateway"):
        [told] = field_errors([at_field(problem, str(problem))])
    assert told["message"] == "Something went wrong inside the gateway."
    assert told["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert told["path"] == ["a", 0, "b"]
    [record] = caplog.records
    assert record.getMessage() == "resolver failed"
    assert record.exc_info is not None
    assert record.exc_info[1] is problem


@pytest.mark.parametrize("original", [None, GraphQLError("Int cannot represent 2147483648")])
def test_a_value_that_its_type_refuses_is_the_upstreams(original: GraphQLError | None) -> None:
    """What is left of graphql-core's own errors while a document runs."""
    [told] = field_errors([at_field(original, "Int cannot represent 2147483648")])
    assert told["extensions"] == {"code": "UPSTREAM_INVALID_RESPONSE"}
    assert "2147483648" in told["message"]


def test_no_errors_are_none() -> None:
    """graphql-core says None for a clean result."""
    assert field_errors(None) == field_errors([]) == []


def test_an_error_of_the_whole_request_has_no_place() -> None:
    """Only message and extensions."""
    assert request_error(Unauthenticated("Who?")) == {"message": "Who?", "extensions": {"code": "UNAUTHENTICATED"}}
    bad = BadUserInput("No.", Reason.INVALID_ID)
    assert request_error(bad)["extensions"] == {"code": "BAD_USER_INPUT", "reason": "INVALID_ID"}


def test_a_refused_request_tells_all_its_problems() -> None:
    """Under one code, with locations where there are any."""
    refused = RequestRefused(OperationUnresolved, [GraphQLError("one"), GraphQLError("two", parse("{ a }"))])
    code = {"code": "OPERATION_RESOLUTION_FAILURE"}
    assert refused.errors == [
        {"message": "one", "extensions": code},
        {"message": "two", "locations": [{"line": 1, "column": 1}], "extensions": code},
    ]
