-- Programs that may ask, and who looked at single cases.

CREATE TABLE stream.token (
    token      int8        NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name       text        NOT NULL,
    digest     bytea       NOT NULL UNIQUE,
    scopes     text[]      NOT NULL CHECK (cardinality(scopes) > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text        NOT NULL,
    used_at    timestamptz,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_by text
);
COMMENT ON TABLE stream.token IS 'Tokens of programs. What proves one is nowhere: only its hash.';
COMMENT ON COLUMN stream.token.digest IS 'SHA-256 of 256 random bits.';
COMMENT ON COLUMN stream.token.scopes IS 'Roles: owner:PROCESS, analyst, operator.';

CREATE TABLE stream.look (
    look      int8        NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    looked_at timestamptz NOT NULL DEFAULT now(),
    viewer    text        NOT NULL,
    client    text        NOT NULL,
    process   text,
    case_key  text,
    address   text        NOT NULL
);
COMMENT ON TABLE stream.look IS 'Who was shown single cases. Written before they are shown, never changed, and gone after stream.looks_are_kept().';
COMMENT ON COLUMN stream.look.viewer IS 'Subject at the provider that people log in at; token:NAME for a program; local for whoever sat at the machine.';
COMMENT ON COLUMN stream.look.client IS 'Network address that the request came from.';
COMMENT ON COLUMN stream.look.case_key IS 'The case that was asked for; null for a list of cases, of which the address says which.';
COMMENT ON COLUMN stream.look.address IS 'Path and filters, as of that moment.';
CREATE INDEX look_looked_at ON stream.look (looked_at);

CREATE FUNCTION stream.looks_are_kept() RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN interval '400 days';
COMMENT ON FUNCTION stream.looks_are_kept IS 'How long it is known who looked: a year, and some weeks to ask about it.';

CREATE FUNCTION stream.look_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'who looked stays written for %', stream.looks_are_kept();
END $$;
CREATE TRIGGER look_stays BEFORE DELETE ON stream.look FOR EACH ROW
    WHEN (OLD.looked_at >= now() - stream.looks_are_kept()) EXECUTE FUNCTION stream.look_stays();
CREATE TRIGGER look_changes BEFORE UPDATE OR TRUNCATE ON stream.look FOR EACH STATEMENT
    EXECUTE FUNCTION stream.look_stays();
