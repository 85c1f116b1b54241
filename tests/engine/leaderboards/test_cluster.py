"""Boards on a cluster of three nodes: each program in one slot, and a node that is gone costs only its own programs."""

from __future__ import annotations

import pytest
from redis.asyncio.cluster import RedisCluster
from redis.cluster import PRIMARY

from engine.leaderboards.connecting import connect_boards, is_cluster
from engine.leaderboards.keys import BoardKey
from tests.support.board_shelf import Shelf, contents, minute
from tests.support.cluster import ValkeyCluster

pytestmark = pytest.mark.anyio


def test_a_url_says_whether_it_is_that_of_a_cluster() -> None:
    assert [is_cluster(url) for url in ("redis://a:1/0", "rediss://a:1", "redis://a:1/0?x=redis+cluster://b")] == [
        False, False, False,
    ]  # fmt: skip
    assert is_cluster("redis+cluster://:secret@a:1")
    assert is_cluster("rediss+cluster://a:1")


async def test_a_node_that_is_gone_costs_only_its_own_programs() -> None:
    with ValkeyCluster() as cluster:
        async with connect_boards(cluster.url) as redis:
            # given boards of many programs, spread over all nodes
            assert isinstance(redis, RedisCluster)
            shelves = [Shelf(redis, "dense", key=BoardKey(program, 3, "all")) for program in range(1, 25)]
            at: dict[int, int] = {}
            for shelf in shelves:
                await shelf.open()
                await shelf.put((1, 10, minute(1)), (2, 10, minute(1)))
                node = redis.get_node_from_key(shelf.key.marker)
                assert node is not None
                assert node.server_type == PRIMARY
                at[shelf.key.program_id] = int(node.port)
                # all of a program's keys lie in one slot
                keys = [shelf.key.marker, *shelf.key.keys(shelf.shape), *await contents(redis, shelf.key.program_id)]
                assert len({redis.keyslot(key) for key in keys}) == 1
            assert set(at.values()) == set(cluster.ports)
            # when one node ends
            gone = cluster.ports[1]
            cluster.stop_node(gone)
            # then its programs' boards are updating, and all others are right
            for shelf in shelves:
                found = await shelf.look(member_id=2)
                if at[shelf.key.program_id] == gone:
                    assert found is None
                else:
                    assert found is not None
                    assert found.me == (1, 10, 0)
