/** What is done in Redis as a whole or not at all. Each script gets the key of the record first. */
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

/** Values: the `run_id` of the server that was filled, the record. Returns `published`, or `lost` if it was not this server or another record is there. */
export const PUBLISH: RedisScript = {
  text: `
if string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') ~= ARGV[1] then return 'lost' end
if redis.call('SET', KEYS[1], ARGV[2], 'NX') then return 'published' end
return 'lost'`,
};

/** Values: the database. The record is forgotten unless it is another database's, and the mirror is worth nothing then; a full Redis does that too. */
export const FORGET: RedisScript = {
  text: `
local cluster = string.match(redis.call('GET', KEYS[1]) or '', '^%d+ %d+ %d+ %S+ (%S+)$')
if cluster == nil or cluster == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 'forgotten'`,
};
