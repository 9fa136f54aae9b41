"""A cluster of several raylets on this machine, kept by a process of its own and told what to do by lines.

Run as ``python ray_nodes.py HEAD_OPTIONS``. Orders are JSON on the standard input: ``{"do": "add", ..}`` with
options of a node and its ``environment``, ``{"do": "kill", "node": n}``, ``{"do": "kill_head"}``. Each is
answered by a line.
"""

import json
import os
import sys


def main(options):
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args=options)
    nodes = []
    print(json.dumps({"address": cluster.address}), flush=True)
    try:
        for line in sys.stdin:
            order = json.loads(line)
            match order.pop("do"):
                case "add":
                    before = dict(os.environ)
                    os.environ.update(order.pop("environment", {}))
                    nodes.append(cluster.add_node(wait=True, **order))
                    os.environ.clear()
                    os.environ.update(before)
                case "kill":
                    cluster.remove_node(nodes[order["node"]], allow_graceful=False)
                case "kill_head":
                    cluster.head_node.kill_all_processes(check_alive=False, allow_graceful=False)
            print(json.dumps({"done": True}), flush=True)
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
