"""Driving OpenRefine by the addresses that its pages ask."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from reconciling import FORM, Json
from running import SECONDS

ALL_ROWS = json.dumps({"facets": [], "mode": "row-based"})
BOUNDARY = "a-line-that-no-table-has"


@dataclass(frozen=True)
class Service:
    """A service as a page of OpenRefine keeps it: the address by which it was added, and its manifest."""

    url: str
    manifest: Json

    @property
    def spaces(self) -> Json:
        """Give what is sent with each command that asks the service."""
        return {name: self.manifest[name] for name in ("identifierSpace", "schemaSpace")}


@dataclass(frozen=True)
class Refine:
    """A running OpenRefine."""

    address: str

    def get(self, command: str, **parameters: object) -> Any:
        """Send a command that changes nothing."""
        return json.loads(self._sent("GET", f"{command}?{urlencode(parameters)}")[1])

    def post(self, command: str, **parameters: object) -> str:
        """Send a command as a form, with the token that OpenRefine asks for."""
        form = urlencode({"csrf_token": self._token(), **parameters})
        return self._sent("POST", command, form.encode(), FORM)[1]

    def project(self, table: Sequence[Sequence[str]]) -> Project:
        """Upload a table, the names of the columns first, and give the project that is made of it."""
        text = io.StringIO()
        csv.writer(text).writerows(table)
        options = {"encoding": "UTF-8", "separator": ",", "headerLines": 1, "guessCellValueTypes": False}
        parameters = urlencode({"csrf_token": self._token(), "options": json.dumps(options)})
        body = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="format"\r\n\r\ntext/line-based/*sv\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="project-file"; filename="table.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{text.getvalue()}\r\n--{BOUNDARY}--\r\n"
        )
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        location, _ = self._sent(
            "POST", f"create-project-from-upload?{parameters}", body.encode(), headers, status=302
        )
        return Project(self, parse_qs(urlsplit(location).query)["project"][0])

    def _token(self) -> str:
        return str(self.get("get-csrf-token")["token"])

    def _sent(
        self,
        method: str,
        command: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        status: int = 200,
    ) -> tuple[str, str]:
        connection = HTTPConnection(self.address, timeout=SECONDS)
        try:
            connection.request(method, f"/command/core/{command}", body, dict(headers or {}))
            answer = connection.getresponse()
            text = answer.read().decode()
            assert answer.status == status, text
            return answer.getheader("Location", ""), text
        finally:
            connection.close()


@dataclass(frozen=True)
class Project:
    """A table in OpenRefine."""

    refine: Refine
    id: str

    def post(self, command: str, **parameters: object) -> Any:
        """Send a command, and give its answer when all that it started is done."""
        answer = json.loads(self.refine.post(command, project=self.id, **parameters))
        assert answer["code"] in ("ok", "pending"), answer
        deadline = time.monotonic() + SECONDS
        while self.refine.get("get-processes", project=self.id)["processes"]:
            assert time.monotonic() < deadline, f"{command} comes to no end."
            time.sleep(0.05)
        return answer

    def reconcile(
        self,
        service: Service,
        column: str,
        *,
        kind: str | None = None,
        properties: Mapping[str, str] | None = None,
        limit: int = 0,
    ) -> list[Json]:
        """Reconcile a column, with the properties that other columns stand for; give what found() gives."""
        config = {
            "mode": "standard-service",
            "service": service.url,
            **service.spaces,
            "type": {"id": kind, "name": kind} if kind else None,
            "autoMatch": True,
            "batchSize": service.manifest["batchSize"],
            "columnDetails": [
                {"column": other, "property": {"id": own, "name": own}}
                for other, own in (properties or {}).items()
            ],
            "limit": limit,
        }
        self.post("reconcile", columnName=column, config=json.dumps(config), engine=ALL_ROWS)
        return self.found(column)

    def found(self, column: str) -> list[Json]:
        """Give what a column is reconciled with, row by row; an empty object where a cell is not reconciled.

        In OpenRefine's short form: j the judgement, m the match, c the candidates, e an error.
        """
        cells, found = self._cells(column)
        return [found[cell["r"]] if "r" in cell else {} for cell in cells]

    def values(self, column: str) -> list[object]:
        """Give the values of a column, row by row, as JSON has them; None for an empty cell."""
        return [cell.get("v") for cell in self._cells(column)[0]]

    def _cells(self, column: str) -> tuple[list[Json], Json]:
        """Give the cells of a column, and by their keys the reconciliations of the table."""
        columns = self.refine.get("get-models", project=self.id)["columnModel"]["columns"]
        index = next(each["cellIndex"] for each in columns if each["name"] == column)
        told = self.refine.get("get-rows", project=self.id, start=0, limit=1000)
        # A row ends with its last cell that is not empty.
        cells = [(row["cells"][index : index + 1] or [None])[0] or {} for row in told["rows"]]
        return cells, told["pool"]["recons"]

    def extend(self, service: Service, column: str, properties: Iterable[Json]) -> list[dict[str, str]]:
        """Add columns from the nodes that a column is reconciled with, and give the table."""
        self.post(
            "extend-data",
            baseColumnName=column,
            endpoint=service.url,
            **service.spaces,
            columnInsertIndex=1,
            extension=json.dumps({"properties": list(properties)}),
            engine=ALL_ROWS,
        )
        return self.table()

    def table(self) -> list[dict[str, str]]:
        """Export the table."""
        text = self.refine.post("export-rows/table.csv", project=self.id, format="csv", engine=ALL_ROWS)
        return list(csv.DictReader(io.StringIO(text)))
