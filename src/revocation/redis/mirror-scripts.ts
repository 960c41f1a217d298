/** The Lua scripts, which Redis runs atomically. Each gets the record's key first; the scripts of a filling get its mark's key next. */
import type { RedisScript } from './redis-connection.js';

/**
 * Redis keeps each row until no token can carry it, by the slower of two clocks: the writing node's and its own. A clock that
 * runs ahead would otherwise drop a row early and un-revoke a token. Each row comes as `until` and time to live, in milliseconds.
 */
const WRITE_ROWS = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function write(first)
  for i = 2, #KEYS do
    local at = first + (i - 2) * 2
    local ttl = math.max(tonumber(ARGV[at]) - now, tonumber(ARGV[at + 1]), 1)
    redis.call('SET', KEYS[i], '1', 'PX', string.format('%d', ttl))
  end
end`;

/** Values: the rows. Leaves the record as it is. */
export const WRITE: RedisScript = {
  text: `${WRITE_ROWS}
write(1)
return 'written'`,
};

/**
 * Values: the id of the filling, the version that the rows follow, the version they lead to, generation, prunedBefore; the rows.
 * Returns `written`, `lost` if Redis no longer holds that filling, or `gap` if rows are missing between the mirror and these.
 */
export const ADVANCE: RedisScript = {
  text: `${WRITE_ROWS}
local record = redis.call('GET', KEYS[1])
if not record then return 'lost' end
local generation, pruned, version, id, cluster = string.match(record, '^(%d+) (%d+) (%d+) (%S+) (%S+)$')
if id ~= ARGV[1] then return 'lost' end
if tonumber(version) < tonumber(ARGV[2]) then return 'gap' end
write(6)
local function larger(held, given) if tonumber(held) < tonumber(given) then return given else return held end end
redis.call('SET', KEYS[1], larger(generation, ARGV[4]) .. ' ' .. larger(pruned, ARGV[5]) .. ' ' .. larger(version, ARGV[3]) .. ' ' .. id .. ' ' .. cluster)
return 'written'`,
};

const FORGET_RECORD = `
local cluster = string.match(redis.call('GET', KEYS[1]) or '', '^%d+ %d+ %d+ %S+ (%S+)$')
if cluster == nil or cluster == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

/**
 * Values: the id of the database, a new mark. Deletes the record unless it belongs to another database. The mark must survive
 * until PUBLISH: if Redis was flushed meanwhile, the mark is gone together with the rows. Returns the mark; if another node
 * is filling the mirror already, that is the other node's mark.
 */
export const BEGIN: RedisScript = {
  text: `${FORGET_RECORD}
local mark = redis.call('GET', KEYS[2])
if mark then return mark end
redis.call('SET', KEYS[2], ARGV[2])
return ARGV[2]`,
};

/**
 * Values: the `run_id` of the filled server, the mark, the record. Returns `published`, or `lost` if this is another server,
 * the mark is gone, or another record exists.
 */
export const PUBLISH: RedisScript = {
  text: `
if string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') ~= ARGV[1] then return 'lost' end
if redis.call('GET', KEYS[2]) ~= ARGV[2] then return 'lost' end
if not redis.call('SET', KEYS[1], ARGV[3], 'NX') then return 'lost' end
redis.call('DEL', KEYS[2])
return 'published'`,
};

/**
 * Values: the id of the database. Deletes the record unless it belongs to another database, so that no node trusts the mirror. A
 * full Redis still allows deletions. It deletes the mark too: a node that is filling the mirror may have read the table earlier,
 * and without the mark it can't publish.
 */
export const FORGET: RedisScript = {
  text: `${FORGET_RECORD}
redis.call('DEL', KEYS[2])
return 'forgotten'`,
};

/** Removes the id of a trial. */
export const FORGET_TRIAL: RedisScript = {
  text: `redis.call('DEL', KEYS[1])
return 'forgotten'`,
};
