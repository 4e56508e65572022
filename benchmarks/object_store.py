"""Score a folder in an object store twice, with a server that speaks S3 on this machine.

Run: ``pip install s3fs 'moto[server]'`` and ``python benchmarks/object_store.py``. It fails if a
row is lost, stands in another place, has another score than by itself, or is scored twice.
"""

from __future__ import annotations

import os
import sys

import pandas as pd

import feedback_nlp
from feedback_nlp.examples import read_examples, shipped_examples
from feedback_nlp.folders import score_folder

TABLES, ROWS = 3, 200
#: The server takes any keys.
KEYS = {
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def main() -> None:
    """Serve, write tables, score them twice, compare."""
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    # Workers are processes of their own, and inherit where to look.
    os.environ.update(KEYS, AWS_ENDPOINT_URL=f"http://{host}:{port}")
    store = s3fs.S3FileSystem()
    store.mkdir("bucket")
    texts = [example.text for example in read_examples(shipped_examples())][: TABLES * ROWS]
    table = pd.DataFrame({"number": range(len(texts)), "comment": texts})
    for place in range(TABLES):
        table[place * ROWS : (place + 1) * ROWS].to_parquet(f"s3://bucket/in/{place}.parquet")
    first = score_folder(["s3://bucket/in/*.parquet"], "s3://bucket/out", workers=2)
    again = score_folder(["s3://bucket/in/*.parquet"], "s3://bucket/out", workers=2)
    parts = [pd.read_parquet(f"s3://{path}") for path in sorted(store.ls("bucket/out"))]
    scored = pd.concat(parts, ignore_index=True)
    server.stop()

    assert (first.rows, again.scored, again.skipped) == (len(texts), 0, TABLES), (first, again)
    assert scored["number"].tolist() == table["number"].tolist()
    scorer = feedback_nlp.load()
    wanted = pd.Series([report.actionability for report in scorer.score_many(texts)], dtype=float)
    assert (scored["actionability"].astype(float) - wanted).abs().max() < 1e-9
    sys.stdout.write(f"First: {first}\nAgain: {again}\n")


if __name__ == "__main__":
    main()
