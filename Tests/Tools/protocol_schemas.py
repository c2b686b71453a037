"""What a kernel may send: the Jupyter messaging protocol 5.5 as data, one JSON schema for each type of message.

https://jupyter-client.readthedocs.io/en/stable/messaging.html; a comment names what that text leaves to this kernel.
"""

from jsonschema import Draft202012Validator

TEXT = {"type": "string"}
NAME = {"type": "string", "minLength": 1}
FLAG = {"type": "boolean"}
COUNT = {"type": "integer", "minimum": 0}
LINES = {"type": "array", "items": TEXT}
OBJECT = {"type": "object"}


def record(optional=None, **required):
    """An object with these members. Others may be there: the protocol lets both sides send more than it names."""
    return {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}


def without(schema, *names):
    return {"allOf": [schema, {"not": {"anyOf": [{"required": [name]} for name in names]}}]}


def one_of(*values):
    return {"enum": list(values)}


HEADER = record(msg_id=NAME, session=NAME, username=TEXT, date=NAME, msg_type=NAME, version=one_of("5.5"))

# Keys are MIME types. JSON types hold any value, all others text.
BUNDLE = {
    "type": "object",
    "propertyNames": {"pattern": r"^[a-z]+/[A-Za-z0-9.+-]+$"},
    "patternProperties": {r"^application/(.*\+)?json$": {}},
    "additionalProperties": TEXT,
}
SHOWN = {**BUNDLE, "required": ["text/plain"]}
DISPLAY = record(data=SHOWN, metadata=OBJECT, optional={"transient": record(optional={"display_id": NAME})})
FAILURE = record(ename=NAME, evalue=TEXT, traceback=LINES)

ERROR = without(record(status=one_of("error"), **FAILURE["properties"]), "matches", "found", "history", "comms", "implementation", "restart")
OK = one_of("ok")


def reply(**members):
    """Either what was asked for, or why not."""
    return {"anyOf": [record(status=OK, **members), ERROR]}


EXPRESSION = {"anyOf": [record(status=OK, data=SHOWN, metadata=OBJECT), ERROR]}
EXECUTED = record(
    status=OK, execution_count=COUNT, user_expressions={"type": "object", "additionalProperties": EXPRESSION},
    payload={"type": "array", "items": record(source=NAME)})
FAILED = {"allOf": [without(ERROR, "user_expressions", "payload"), record(execution_count=COUNT)]}
# The protocol's text calls the status "abort"; ipykernel and its clients say "aborted". Nothing is told beside it.
ABORTED = {**record(status=one_of("aborted")), "additionalProperties": False}

LANGUAGE = record(
    name=NAME, version=NAME, mimetype={"type": "string", "pattern": "^[a-z]+/[a-z0-9.+-]+$"},
    file_extension={"type": "string", "pattern": r"^\.\w+$"},
    optional={"pygments_lexer": NAME, "codemirror_mode": {"type": ["string", "object"]}, "nbconvert_exporter": NAME})
LINK = record(text=NAME, url={"type": "string", "pattern": "^https?://"})

ENTRY = {
    "type": "array", "minItems": 3, "maxItems": 3,
    "prefixItems": [
        {"type": "integer", "minimum": 1}, COUNT,
        {"anyOf": [TEXT, {"type": "array", "minItems": 2, "maxItems": 2, "prefixItems": [TEXT, {"type": ["string", "null"]}]}]}],
}

# On the channel on which the request came.
REPLIES = {
    "execute_reply": {"anyOf": [EXECUTED, FAILED, ABORTED]},
    "inspect_reply": reply(found=FLAG, data=BUNDLE, metadata=OBJECT),
    "complete_reply": reply(matches=LINES, cursor_start=COUNT, cursor_end=COUNT, metadata=OBJECT),
    "history_reply": reply(history={"type": "array", "items": ENTRY}),
    "is_complete_reply": {
        "anyOf": [
            record(status=one_of("incomplete"), indent=TEXT), without(record(status=one_of("complete", "invalid", "unknown")), "indent"), ERROR]},
    "comm_info_reply": reply(comms={"type": "object", "additionalProperties": record(target_name=TEXT)}),
    "kernel_info_reply": reply(
        protocol_version=one_of("5.5"), implementation=NAME, implementation_version={"type": "string", "pattern": r"^\d+(\.\d+)+"},
        language_info=LANGUAGE, banner=TEXT, help_links={"type": "array", "items": LINK},
        supported_features={"type": "array", "items": one_of("debugger", "kernel subshells")}, debugger=FLAG),
    "shutdown_reply": reply(restart=FLAG),
    "interrupt_reply": reply(),
    "create_subshell_reply": reply(subshell_id=NAME),
    "delete_subshell_reply": reply(),
    "list_subshell_reply": reply(subshell_id=LINES),
}

IOPUB = {
    "status": record(execution_state=one_of("busy", "idle", "starting")),
    "iopub_welcome": record(subscription=TEXT),
    "execute_input": record(code=TEXT, execution_count=COUNT),
    "stream": record(name=one_of("stdout", "stderr"), text=TEXT),
    "display_data": DISPLAY,
    "update_display_data": {"allOf": [DISPLAY, record(transient=record(display_id=NAME))]},
    "execute_result": {"allOf": [DISPLAY, record(execution_count=COUNT)]},
    "error": without(FAILURE, "status"),
    "clear_output": record(wait=FLAG),
    "comm_close": record(comm_id=NAME, data=OBJECT),
    "shutdown_reply": record(status=OK, restart=FLAG),
}

STDIN = {"input_request": record(prompt=TEXT, password=FLAG)}


def compiled(schemas):
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    return {kind: Draft202012Validator(schema) for kind, schema in schemas.items()}


# Requests that this kernel does not know are no reason to let a client wait.
UNKNOWN = compiled({"reply": ERROR})["reply"]
CONTENT = {"shell": compiled(REPLIES), "control": compiled(REPLIES), "iopub": compiled(IOPUB), "stdin": compiled(STDIN)}
HEADERS = compiled({"header": HEADER})["header"]
