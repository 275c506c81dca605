"""Another Wikidata, on a real socket: a few items, the two actions of the API that are asked, and faults.

It answers as the API does, as far as linking looks: search by the beginning of labels and aliases; entities
that are missing, or redirect; errors with the status 200.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from federation.remote import Remote, remote

Fault = Callable[[BaseHTTPRequestHandler], None]
Record = dict[str, Any]

PAKISTAN, AFGHANISTAN, ELSEWHERE = "Q843", "Q889", "Q9900"


def item(
    id_: str,
    label: str,
    types: str = "",
    *,
    description: str = "",
    aliases: tuple[str, ...] = (),
    above: str = "",
    country: str = "",
    labels: dict[str, str] | None = None,
    dates: dict[str, str] | None = None,
    coordinates: tuple[float, float] | None = None,
) -> Record:
    """Make an item; ``types`` and ``above`` are items with spaces between; dates: property → 2026-02-06."""
    claims = {
        "P31": [_is(each) for each in types.split()],
        "P279": [_is(each) for each in above.split()],
        "P17": [_is(each) for each in country.split()],
        **{name: [_on(day)] for name, day in (dates or {}).items()},
    }
    if coordinates:
        value = {"latitude": coordinates[0], "longitude": coordinates[1], "precision": 0.01}
        claims["P625"] = [_snak({"type": "globecoordinate", "value": value})]
    texts = {"en": label, **(labels or {})}
    return {
        "type": "item",
        "id": id_,
        "lastrevid": 7,
        "labels": {language: {"language": language, "value": text} for language, text in texts.items()},
        "descriptions": {"en": {"language": "en", "value": description}} if description else {},
        "aliases": {"en": [{"language": "en", "value": alias} for alias in aliases]} if aliases else {},
        "claims": {name: statements for name, statements in claims.items() if statements} or [],
    }


def _snak(datavalue: Record) -> Record:
    return {"mainsnak": {"snaktype": "value", "datavalue": datavalue}, "rank": "normal"}


def _is(id_: str) -> Record:
    return _snak({"type": "wikibase-entityid", "value": {"entity-type": "item", "id": id_}})


def _on(day: str) -> Record:
    return _snak({"type": "time", "value": {"time": f"+{day}T00:00:00Z", "precision": 11}})


CLASSES = [
    item("Q5", "human"),
    item("Q515", "city", above="Q9801"),
    item("Q34876", "province", above="Q9801"),
    item("Q9801", "place of people"),
    item("Q17149090", "armed organization", above="Q43229"),
    item("Q43229", "organization"),
    item("Q9802", "militant group", above="Q17149090"),
    item("Q7275", "state"),
    item("Q3624078", "sovereign state", above="Q7275"),
    item("Q3024240", "historical country", above="Q7275"),
    item("Q772547", "armed forces"),
    item("Q2380335", "airstrike", above="Q1190554"),
    item("Q1190554", "occurrence"),
    item("Q4164871", "position"),
]


@dataclass
class Wikibase:
    """The running server: its items, what comes before the next good answers, and what it was asked."""

    remote: Remote
    items: dict[str, Record]
    redirects: dict[str, str] = field(default_factory=dict)
    faults: deque[Fault] = field(default_factory=deque)

    @property
    def api(self) -> str:
        return f"{self.remote.root}/w/api.php"

    @property
    def asked(self) -> list[dict[str, str]]:
        """The parameters of each request."""
        found = (parse_qs(urlsplit(each.path).query) for each in self.remote.asked)
        return [{name: values[0] for name, values in each.items()} for each in found]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if self.faults:
            return self.faults.popleft()(handler)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        actions = {"wbsearchentities": self._search, "wbgetentities": self._entities}
        return send(handler, actions[asked["action"]](asked))

    def _search(self, asked: dict[str, str]) -> Record:
        found = []
        for record in self.items.values():
            names = [text["value"] for text in record["labels"].values()]
            names += (
                [alias["value"] for alias in record["aliases"].get("en", [])] if record["aliases"] else []
            )
            matched = [name for name in names if name.lower().startswith(asked["search"].lower())]
            if matched:
                label = record["labels"]["en"]["value"]
                match: Record = {"type": "label", "language": "en", "text": matched[0]}
                hit: Record = {"id": record["id"], "title": record["id"], "label": label, "match": match}
                found.append(hit)
        return {
            "searchinfo": {"search": asked["search"]},
            "search": found[: int(asked["limit"])],
            "success": 1,
        }

    def _entities(self, asked: dict[str, str]) -> Record:
        ids = asked["ids"].split("|")
        if len(ids) > 50:
            return {"error": {"code": "toomanyvalues", "info": "Too many values supplied."}}
        entities: Record = {}
        for each in ids:
            target = self.redirects.get(each, each)
            record = self.items.get(target)
            if record is None:
                entities[each] = {"id": each, "missing": ""}
            elif target == each:
                entities[each] = record
            else:
                entities[target] = {**record, "redirects": {"from": each, "to": target}}
        return {"entities": entities, "success": 1}


@contextmanager
def wikibase(*items: Record) -> Iterator[Wikibase]:
    with remote() as running:
        found = Wikibase(running, {record["id"]: record for record in (*CLASSES, *items)})
        running.write = found.answer
        yield found


def send(
    handler: BaseHTTPRequestHandler,
    content: Any,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> None:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def answering(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Fault:
    """Give a fault: this answer, whatever was asked."""
    return lambda handler: send(handler, content, status, headers)


def breaking_off(handler: BaseHTTPRequestHandler) -> None:
    """Announce more than is sent, and hang up."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"entities": {')
    handler.close_connection = True


BUSY = {"error": {"code": "maxlag", "info": "Waiting for 10.64.48.23: 6.2 seconds lagged.", "lag": 6.2}}
