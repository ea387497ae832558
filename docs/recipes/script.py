"""A script of the standard library that shows how far it is. `curl -O http://127.0.0.1:8787/vigie.py` puts what it imports beside it.

    VIGIE_URL=http://127.0.0.1:8787 VIGIE_TOKEN=vigie_… python3 script.py clients.csv [JOB-ID]
"""

import csv
import sys

from vigie import Job


def import_client(row):
    """Your work: anything that may raise."""
    if "@" not in row["email"]:
        raise ValueError(f"{row['email']!r} is no address")


def main(path, job_id=None):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    job = Job.create("Import des clients", total=len(rows), job_id=job_id, task_type="import")
    print(job.id, flush=True)
    for number, row in enumerate(rows, 1):
        try:
            import_client(row)
        except Exception as error:
            job.advance(failed=1, message=f"Ligne {number} : {error}", item=row["email"])
        else:
            job.advance(message=f"Ligne {number}/{len(rows)}", item=row["email"])
    job.complete("Import terminé")


if __name__ == "__main__":
    main(*sys.argv[1:3])
