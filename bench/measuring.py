"""What is measured: that answers are equal, how long they take, how many there are in a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median
from time import perf_counter

from bench.answers import NotComparable, Rows, comparable
from bench.http1 import Answer, BrokenAnswer, Connection, Throughput, flood, request
from bench.peers import Running
from bench.queries import QUESTIONS, SMALL, Question, parameters
from bench.world import World

from khyber.engine.base import Engine, Query, ResultKind
from khyber.sparql.formats import BY_KEY

SECONDS_FOR_AN_ANSWER = 60
SECONDS_ON_ONE_QUESTION = 2.0
"""How long one server is asked the same question, over all rounds; slow ones are asked fewer times."""

IN_A_TURN = 4
SLOW = 0.25
"""Answers that take longer are counted from the first one on: no cache of the processor matters to them."""

OK = 200


@dataclass
class Course:
    """What one server did: the seconds of its answers, by question, and what was wrong with some."""

    running: Running
    seconds: dict[str, list[float]] = field(default_factory=dict)
    differs: dict[str, str] = field(default_factory=dict)
    gave_up: str | None = None
    connection: Connection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = Connection(self.running.endpoint, SECONDS_FOR_AN_ANSWER)

    @property
    def name(self) -> str:
        """Give the name of the server."""
        return self.running.name

    def median(self, question: Question) -> float | None:
        """Give the median of its seconds on a question, or None if it gave no answer to it."""
        seconds = self.seconds.get(question.name)
        return median(seconds) if seconds else None

    def ratio_to(self, other: Course, question: Question) -> float | None:
        """Give how much longer it takes than another, where both give the same answer."""
        own, their = self.median(question), other.median(question)
        if own is None or not their or question.name in self.differs or question.name in other.differs:
            return None
        return own / their


def geometric_mean(ratios: Sequence[float]) -> float:
    """Give the geometric mean; 1 of nothing."""
    product = 1.0
    for ratio in ratios:
        product *= ratio ** (1 / len(ratios))
    return product


def compare_answers(size: World, courses: Sequence[Course], *, askings: int = 3) -> None:
    """Ask every server the same and note whose answers differ from those of the first; warms all of them."""
    for question in QUESTIONS:
        for asking in range(askings):
            query = question.query(parameters(size, asking), asking)
            expected: Rows | None = None
            for course in courses:
                if course.gave_up:
                    continue
                try:
                    rows = comparable(_asked(course, query, question), question.accept)
                except (NotComparable, BrokenAnswer) as error:
                    course.differs[question.name] = str(error)[:160]
                    continue
                except TimeoutError:
                    course.gave_up = question.name
                    continue
                if expected is None:
                    expected = rows
                elif rows != expected:
                    missing, more = (expected - rows).total(), (rows - expected).total()
                    note = f"{missing} rows missing, {more} more, of {expected.total()}"
                    course.differs.setdefault(question.name, note)


def time_answers(size: World, courses: Sequence[Course], *, rounds: int, seconds: float) -> int:
    """Time every server side by side, the order turning; give how many rounds there were time for.

    In its turn a server is asked a question ``IN_A_TURN`` times, each time with other parameters, and once
    before uncounted: else the caches of the processor would be those of the server before it.
    """
    end = perf_counter() + seconds
    for turn in range(rounds):
        first_asking = 1000 + turn * IN_A_TURN
        for number, question in enumerate(QUESTIONS):
            queries = [
                question.query(parameters(size, first_asking + asking), first_asking + asking)
                for asking in range(IN_A_TURN)
            ]
            first = (turn + number) % len(courses)
            for course in (*courses[first:], *courses[:first]):
                _take_turn(course, question, queries)
        if perf_counter() > end:
            return turn + 1
    return rounds


def _take_turn(course: Course, question: Question, queries: Sequence[str]) -> None:
    spent = course.seconds.setdefault(question.name, [])
    try:
        for number, query in enumerate((queries[-1] + "# warm\n", *queries)):
            if course.gave_up or sum(spent) > SECONDS_ON_ONE_QUESTION:
                return
            taken = _timed(course, query, question)
            if number or taken > SLOW:
                spent.append(taken)
    except TimeoutError:
        course.gave_up = question.name
    except BrokenAnswer as error:
        course.differs[question.name] = str(error)[:160]


def _timed(course: Course, query: str, question: Question) -> float:
    return _answered(course.connection, request(course.running.endpoint, query, question.accept))[0]


def _asked(course: Course, query: str, question: Question) -> bytes:
    return _answered(course.connection, request(course.running.endpoint, query, question.accept))[1].body


def _answered(connection: Connection, prepared: bytes) -> tuple[float, Answer]:
    """Give the seconds to the last byte of an answer, and the answer."""
    connection.ready()
    start = perf_counter()
    answer = connection.ask(prepared)
    taken = perf_counter() - start
    if answer.status != OK:
        raise BrokenAnswer(f"{answer.status}: {answer.body[:160]!r}")
    return taken, answer


def small_requests(size: World, endpoint: str, count: int = 1500) -> Iterator[bytes]:
    """Give requests for small queries without end, no two of them alike, so that no cache of results answers.

    There are ``count`` different parameters; when they begin anew, the comment in the query goes on counting.
    """
    questions = [question for question in QUESTIONS if question.name in SMALL]
    mark = "COUNT"
    prepared = [
        request(
            endpoint,
            question.query(parameters(size, 10_000 + number), 10_000 + number) + f"# {mark}\n",
            question.accept,
        ).partition(mark.encode())
        for number in range(count // len(questions))
        for question in questions
    ]
    for number, (start, _, end) in enumerate(cycle(prepared)):
        yield b"%b%d%b" % (start, number, end)


def small_queries(size: World, running: Running, *, seconds: float, connections: int = 8) -> Throughput:
    """Flood a server with small queries; a shorter flood before warms it."""
    requests = small_requests(size, running.endpoint)
    flood(running.endpoint, requests, connections=connections, seconds=seconds / 5)
    return flood(running.endpoint, requests, connections=connections, seconds=seconds)


@dataclass(frozen=True)
class Overhead:
    """Medians of the seconds that a small query takes: over HTTP, and called in this process."""

    over_http: float
    in_process: float
    cached: float


def overhead(size: World, running: Running, engine: Engine, *, askings: int = 300) -> Overhead:
    """Ask small queries over HTTP and in this process, in turns; then one of them again and again."""
    questions = [question for question in QUESTIONS if question.name in SMALL]
    over_http, in_process = [], []
    with Connection(running.endpoint, SECONDS_FOR_AN_ANSWER) as connection:
        for asking in range(askings):
            question = questions[asking % len(questions)]
            query = question.query(parameters(size, 20_000 + asking), 20_000 + asking)
            prepared = request(running.endpoint, query, question.accept)
            over_http.append(_answered(connection, prepared)[0])
            start = perf_counter()
            b"".join(engine.answer(Query(query, ResultKind.SOLUTIONS), BY_KEY["json"].writer))
            in_process.append(perf_counter() - start)
        again = request(running.endpoint, query, question.accept, cached=True)
        cached = [_answered(connection, again)[0] for _ in range(askings)]
    return Overhead(median(over_http), median(in_process), median(cached))
