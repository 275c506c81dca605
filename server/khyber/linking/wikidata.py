"""A polite client of Wikidata's API: in the operator's name, one request at a time, giving way when asked to.

What Wikidata asks of its clients: a User-Agent that names whom to write to, no parallel requests,
``maxlag=5``, and ``Retry-After`` obeyed (https://www.mediawiki.org/wiki/API:Etiquette). Errors come with the
status 200 as well, so an answer is good only if it holds what was asked for; only good answers are kept.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from khyber.errors import BadGateway, EndpointBusy, EndpointFailure, QueryRefused, UsageError
from khyber.federation.fetching import Reply, Request, fetch
from khyber.federation.policy import Policy
from khyber.federation.turns import pause_of
from khyber.linking.answers import Answer, Answers, utc_now
from khyber.linking.entities import Entity, NotAnEntity, read_entity, slim

BATCH = 50
"""How many entities one request may ask for."""

LANGUAGES = ("en", "mul", "ur", "ps")
"""The languages of labels, descriptions and aliases; mul stands for names that are the same in all."""

_TRIES = 5
_LONGEST_WAIT = 120
_BUSY = {429, 502, 503, 504}
_BUSY_CODES = {"maxlag", "ratelimited", "readonly", "internal_api_error_DBQueryError"}


@dataclass(frozen=True)
class Hit:
    """An item that a search found, and the name by which it did."""

    id: str
    label: str
    description: str
    matched: str


class _Later(Exception):
    """The answer may be another one after a while: why, and after how many seconds if that was said."""

    def __init__(self, why: str, seconds: int | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class Wikidata:
    """The API at an address, asked in the name of an operator.

    ``on_request`` is told the address of each request, ``on_wait`` why and for how many seconds one is
    waited for. Raises UsageError at once if nobody is named whom Wikidata could write to.
    """

    def __init__(
        self,
        url: str,
        policy: Policy,
        answers: Answers,
        *,
        sleep: Callable[[float], None] = time.sleep,
        on_request: Callable[[str], None] = lambda _address: None,
        on_wait: Callable[[str, float], None] = lambda _why, _seconds: None,
    ) -> None:
        if not policy.contact:
            raise UsageError(
                "Wikidata asks for an address to write to in every request, and there is none.",
                remedy="Give --contact or KHYBER_CONTACT your e-mail address, or a page of yours.",
            )
        self._url = url
        self._policy = policy
        self._answers = answers
        self._sleep = sleep
        self._on_request = on_request
        self._on_wait = on_wait

    def search(self, text: str, language: str = "en", limit: int = 10) -> list[Hit]:
        """Find items whose label or alias begins with a text, in the order in which Wikidata gives them.

        Raises EndpointFailure, as all methods do, if Wikidata does not answer well after some tries.
        """
        parameters = {
            "action": "wbsearchentities",
            "search": text,
            "language": language,
            "uselang": language,
            "type": "item",
            "limit": str(limit),
        }
        question = urlencode(parameters)
        answer = self._answers.get(question)
        if answer is None:
            found = self._asked(parameters, "search")
            if not isinstance(found, list):
                raise self._broken("the answer to a search is no list")
            answer = self._keep(question, found)
        return [_hit(each) for each in answer.content if isinstance(each, dict) and "id" in each]

    def entities(self, ids: Iterable[str]) -> dict[str, Entity]:
        """Give the entities by the identifiers that were asked for; what is missing or redirected says so."""
        return {each: self._entity(each, answer) for each, answer in self.records(ids).items()}

    def records(self, ids: Iterable[str]) -> dict[str, Answer]:
        """Give what Wikidata says of entities, and when it did, by the identifiers that were asked for."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Answer] = {}
        unknown = []
        for each in wanted:
            kept = self._answers.get(f"entity {each}")
            if kept is None:
                unknown.append(each)
            else:
                found[each] = kept
        for start in range(0, len(unknown), BATCH):
            batch = unknown[start : start + BATCH]
            found.update(self._fetched(batch))
        return {each: found[each] for each in wanted}

    def _fetched(self, batch: list[str]) -> Iterator[tuple[str, Answer]]:
        parameters = {
            "action": "wbgetentities",
            "ids": "|".join(batch),
            "props": "labels|descriptions|aliases|claims|info",
            "languages": "|".join(LANGUAGES),
            "redirects": "yes",
        }
        entities = self._asked(parameters, "entities", batch)
        for each in batch:
            record = slim(entities[each])
            self._entity(each, Answer(record, utc_now()))
            yield each, self._keep(f"entity {each}", record)

    def _entity(self, asked: str, answer: Answer) -> Entity:
        try:
            return read_entity(asked, answer.content, answer.fetched)
        except NotAnEntity as error:
            raise self._broken(str(error)) from None

    def _keep(self, question: str, content: Any) -> Answer:
        return self._answers.keep(question, content)

    def _asked(self, parameters: dict[str, str], member: str, ids: Collection[str] = ()) -> Any:
        """Ask until the answer holds a member, and each of ``ids`` in it; give the member."""
        query = urlencode({**parameters, "format": "json", "maxlag": "5"})
        address = f"{self._url}?{query}"
        for attempt in range(_TRIES):
            self._on_request(address)
            try:
                return self._member(self._sent(address), member, ids)
            except _Later as later:
                why, said = str(later), later.seconds
            if said is not None and said > _LONGEST_WAIT:
                raise EndpointBusy(
                    f"{self._url} wants to be left alone for {said:,} seconds: {why}.",
                    remedy="Ask again later; what was answered already is kept.",
                    retry_after=said,
                )
            if attempt < _TRIES - 1:
                wait = max(2.0**attempt, said or 0)
                self._on_wait(why, wait)
                self._sleep(wait)
        raise EndpointBusy(
            f"{self._url} gave no good answer in {_TRIES} tries; the last time: {why}.",
            remedy="Ask again later; what was answered already is kept.",
        )

    def _sent(self, address: str) -> Reply:
        try:
            return fetch(Request("GET", address, self._url, "application/json"), self._policy)
        except QueryRefused:
            raise
        except EndpointFailure as error:
            raise _Later(error.detail.rstrip(".")) from None

    def _member(self, reply: Reply, member: str, ids: Collection[str]) -> Any:
        pause = reply.headers.get("Retry-After")
        seconds = pause_of(pause) if pause else None
        if reply.status in _BUSY:
            raise _Later(f"it answered {reply.status}", seconds)
        if reply.status != 200:
            raise self._refused(reply)
        try:
            content = json.loads(reply.body)
        except ValueError:
            raise _Later(f"it answered what is no JSON: {_beginning(reply.body)}", seconds) from None
        if isinstance(content, dict) and "error" in content:
            self._fail(content["error"], seconds)
        found = content.get(member) if isinstance(content, dict) else None
        if found is None:
            raise _Later(f"the answer holds no {member!r}", seconds)
        if ids:
            found = _by_asked(found)
            if not set(ids) <= found.keys():
                raise _Later("the answer leaves out what was asked for", seconds)
        return found

    def _fail(self, error: Any, seconds: int | None) -> None:
        code, info = (
            (str(error.get(name, "")) for name in ("code", "info")) if isinstance(error, dict) else ("", "")
        )
        if code in _BUSY_CODES:
            raise _Later(f"{code}: {info}".rstrip(".: "), seconds)
        raise BadGateway(f"{self._url} answered with the error {code!r}: {info}".rstrip(". ") + ".")

    def _refused(self, reply: Reply) -> EndpointFailure:
        if 300 <= reply.status < 400:
            return BadGateway(
                f"{self._url} is not the API: it leads on to {reply.headers.get('Location', 'nowhere')}.",
                remedy="Give --wikidata-api or KHYBER_WIKIDATA_API the address of the API itself.",
            )
        if reply.status == 403:
            return BadGateway(
                f"{self._url} refuses to answer (403): {_beginning(reply.body)}",
                remedy="It may not take the contact for one: give --contact an address that reaches you.",
            )
        return BadGateway(f"{self._url} answered {reply.status}: {_beginning(reply.body)}")

    def _broken(self, why: str) -> BadGateway:
        return BadGateway(f"{self._url} answered wrongly: {why}.")


def _by_asked(entities: Any) -> dict[str, Any]:
    """Give entities under the identifiers that were asked for: a redirect stands under its target, too."""
    if not isinstance(entities, dict):
        return {}
    found = dict(entities)
    for record in entities.values():
        redirect = record.get("redirects") if isinstance(record, dict) else None
        if isinstance(redirect, dict) and isinstance(redirect.get("from"), str):
            found[redirect["from"]] = record
    return found


def _hit(found: dict[str, Any]) -> Hit:
    match = found.get("match")
    matched = match.get("text", "") if isinstance(match, dict) else ""
    return Hit(str(found["id"]), str(found.get("label", "")), str(found.get("description", "")), str(matched))


def _beginning(body: bytes) -> str:
    text = " ".join(body[:400].decode(errors="replace").split())
    return f"{text[:120]!r}"
