"""A clock that tests set: in the databases it is put into, `now()` is what they say, for everything that asks.

The engine knows no clock but the database's. A schema that is searched before PostgreSQL's own has another `now()`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg


class DatabaseClock:
    """Stands still until it is moved. Connections that were opened before it was put in do not see it."""

    def __init__(self, owner_url: str, now: datetime) -> None:
        self._owner = psycopg.connect(owner_url, autocommit=True)
        self.now = now
        self._owner.execute("CREATE SCHEMA clock")
        self._owner.execute("CREATE TABLE clock.moment (at timestamptz NOT NULL)")
        self._owner.execute("INSERT INTO clock.moment VALUES (%s)", [now])
        self._owner.execute(
            "CREATE FUNCTION clock.now() RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT at FROM clock.moment'"
        )
        self._owner.execute("GRANT USAGE ON SCHEMA clock TO PUBLIC; GRANT SELECT ON clock.moment TO PUBLIC")
        database = psycopg.sql.Identifier(self._owner.info.dbname)
        path = psycopg.sql.SQL("ALTER DATABASE {} SET search_path = clock, pg_catalog, public")
        self._owner.execute(path.format(database))

    def move(self, by: timedelta) -> None:
        """Let so much time pass."""
        self.now += by
        self._owner.execute("UPDATE clock.moment SET at = %s", [self.now])

    def close(self) -> None:
        """Let go of the database; its clock stays."""
        self._owner.close()
