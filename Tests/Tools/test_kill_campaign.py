"""The whole notebook against a hub server, killed at random instants of every cell: nothing that has its name is ever half there.

`APUS_KILLS=200` kills so often (25), `APUS_TEST_SEED` repeats a campaign. Each story begins with nothing, is killed a few times, each time
with the runner and its session process at once, then continued to its end: the published weights must be those of a run that was never
stopped. What the kills left under temporary names must be gone then.
"""

import collections
import os
import random

import pytest

import evidence
from notebooks import text_of
from stories import CELLS, PUBLISHED, TOKEN, Story, hub_with_features

SEED = int(os.environ.get("APUS_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
KILLS = int(os.environ.get("APUS_KILLS", 25))
# What one kill can leave: four downloads, a reference, a notebook, a checkpoint, a scratch folder with a file in it.
MOST_LEFTOVERS = 12


@pytest.fixture(scope="module")
def world(apus, notebook_path, jupyter_environment, tmp_path_factory):
    with hub_with_features(apus, notebook_path, jupyter_environment, tmp_path_factory.mktemp("features")) as world:
        yield world


@pytest.fixture(scope="module")
def story(apus, notebook_path, jupyter_environment, world, tmp_path_factory):
    def make(name):
        return Story(apus, notebook_path, tmp_path_factory.mktemp(name), jupyter_environment, world, name)

    return make


def test_killed_at_random_instants_of_every_cell(story):
    print(f"APUS_TEST_SEED={SEED} APUS_KILLS={KILLS}")
    chance = random.Random(SEED)
    whole = story("whole")
    result = whole.run()
    assert result.returncode == 0, result.stderr
    seconds, model = whole.seconds(), whole.model()
    assert whole.verify(model) == []
    kills, stories, most, commits, continued = collections.Counter(), 0, 0, 0, 0
    while kills.total() < KILLS:
        stories += 1
        one = story(f"story-{stories}")
        for _ in range(min(chance.randint(3, 8), KILLS - kills.total())):
            cell = chance.choice(CELLS)
            # A little later than the cell's end, so that its last steps and the save after it are hit as well.
            if not one.killed(cell, chance.uniform(0, 1.1 * seconds[cell] + 0.02)):
                break
            kills[cell] += 1
            left = one.verify(model)
            most = max(most, len(left))
            assert len(left) <= MOST_LEFTOVERS, f"seed {SEED}, kill {kills.total()}: {left}"
        result = one.run(resume=True)
        assert result.returncode == 0, result.stderr
        shown = text_of(one.cell("train"))
        assert "cannot be used" not in shown, f"seed {SEED}: a kill damaged a checkpoint: {shown}"
        continued += "Continuing in epoch" in shown or "already" in shown
        assert one.model() == model, f"seed {SEED}: other weights than those of the run that was never stopped"
        left = one.verify(model)
        assert left == [], f"seed {SEED}: what the kills left was not cleaned up"
        commits += evidence.verify_repository(one.world, one.repository, TOKEN, PUBLISHED, model)
    told = ", ".join(f"{kills[cell]} in %%{cell}" for cell in CELLS)
    print(f"{kills.total()} kills ({told}) in {stories} stories, {continued} of them continued from a checkpoint; "
          f"{commits} whole commits, at most {most} temporary files at once, nothing lost")
