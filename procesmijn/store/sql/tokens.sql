-- name: make
-- Keep a token by its hash.
INSERT INTO stream.token (name, digest, scopes, created_by, expires_at)
VALUES (%(name)s, %(digest)s, %(scopes)s, %(by)s, now() + make_interval(days => %(days)s));

-- name: used
-- The token of a hash, where it holds now; that it is used is written down once a minute.
WITH held AS (
    SELECT token, name, scopes, created_at, created_by, used_at, expires_at, revoked_at, revoked_by
    FROM stream.token
    WHERE digest = %(digest)s AND revoked_at IS NULL AND expires_at > now()
), noted AS (
    UPDATE stream.token t SET used_at = now() FROM held
    WHERE t.token = held.token AND (held.used_at IS NULL OR held.used_at < now() - interval '1 minute')
)
SELECT * FROM held;

-- name: tokens
-- Every token there was, the latest first.
SELECT token, name, scopes, created_at, created_by, used_at, expires_at, revoked_at, revoked_by
FROM stream.token
ORDER BY token DESC;

-- name: revoke
-- End the tokens of a name that still hold.
UPDATE stream.token SET revoked_at = now(), revoked_by = %(by)s
WHERE name = %(name)s AND revoked_at IS NULL AND expires_at > now();
