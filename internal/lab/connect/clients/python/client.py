"""Calls the client kafka-connect-py for a test.

Each line of the input is a JSON list: the name of a method and its arguments. Each line of
the output is what the method returned, or the text of its error.
"""

import json
import sys

from kafka_connect import KafkaConnect

client = KafkaConnect(url=sys.argv[1])
for line in sys.stdin:
    method, *arguments = json.loads(line)
    try:
        answer = {"result": getattr(client, method)(*arguments)}
    except Exception as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
