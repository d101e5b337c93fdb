"""The demonstration: an invented ransomware campaign, "Grey Tide", against energy and port operators.

Lives here: the story as STIX objects and who delivered them, nothing that carries them anywhere (that is ``cli``'s). No
organisation, person, address or file in it is real; ``build`` is pure, and the same for the same moment.
"""

from comity.app.demo.adversary import write_adversary
from comity.app.demo.assessments import write_assessments
from comity.app.demo.cast import collections, communities, parties, write_cast
from comity.app.demo.caveats import write_caveats
from comity.app.demo.disputes import write_disputes
from comity.app.demo.estonia import of_estonia
from comity.app.demo.incidents import write_incidents
from comity.app.demo.redactions import write_redactions
from comity.app.demo.scenario import Scenario
from comity.app.demo.sheet import Scene
from comity.app.demo.traces import write_traces
from comity.kernel.base.clock import Micros

__all__ = ["build", "of_estonia"]


def build(now: Micros) -> Scenario:
    """The whole story as it stands at a moment: about 550 objects of the last three weeks, in order of receipt."""
    scene = Scene(now)
    write_cast(scene)
    write_adversary(scene)
    write_traces(scene)
    write_incidents(scene)
    write_assessments(scene)
    write_disputes(scene)
    write_caveats(scene)
    write_redactions(scene)
    return Scenario(
        parties=parties(), communities=communities(), collections=collections(), deliveries=scene.deliveries()
    )
