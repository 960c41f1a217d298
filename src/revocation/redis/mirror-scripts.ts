/** What is done in Redis as a whole or not at all. Each script gets the key of the record first; those of a filling get its mark next. */
import type { RedisScript } from './redis-connection.js';

/**
 * Each row is kept until no token can carry it, by whichever of two clocks is behind: the one of who writes, and the one of
 * Redis. One that runs ahead must not drop a row early. The rows come as `until` and time to live, both in milliseconds.
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

/** Values: the rows. Says nothing of what the mirror is worth. */
export const WRITE: RedisScript = {
  text: `${WRITE_ROWS}
write(1)
return 'written'`,
};

/**
 * Values: the id of the filling, the version that the rows follow on, the version they lead to, generation, prunedBefore; the rows.
 * Returns `written`, `lost` if it is not that filling any more, or `gap` if rows are missing between the mirror and these.
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
 * Values: the database, a new mark. The record is forgotten, and from here to PUBLISH Redis must keep a mark: a Redis that
 * was flushed meanwhile has lost rows with it. Returns the mark, which is that of others who fill the mirror already.
 */
export const BEGIN: RedisScript = {
  text: `${FORGET_RECORD}
local mark = redis.call('GET', KEYS[2])
if mark then return mark end
redis.call('SET', KEYS[2], ARGV[2])
return ARGV[2]`,
};

/**
 * Values: the `run_id` of the server that was filled, the mark, the record. Returns `published`, or `lost` if it was not this server,
 * the mark is not there any more, or another record is there.
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
 * Values: the database. The record is forgotten unless it is another database's, and the mirror is worth nothing then; a full Redis does
 * that too. Whoever fills the mirror at this moment may have read the table before, and comes too late with the mark gone.
 */
export const FORGET: RedisScript = {
  text: `${FORGET_RECORD}
redis.call('DEL', KEYS[2])
return 'forgotten'`,
};
