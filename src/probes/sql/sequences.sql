-- Sequences, the column that each one fills, and how far it is on its way to its end: the end of the sequence or of the column's type, whichever comes
-- first. Reading a sequence takes a lock on it, which stands behind TRUNCATE ... RESTART IDENTITY and ALTER: one that somebody holds or wants in
-- such a mode is left out and says so. No lock is waited for.
with wanted as materialized (
  select l.relation as oid from pg_locks l
  where l.locktype = 'relation' and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
), owner as (
  -- the column that owns it (serial, identity), else one whose default asks it
  select distinct on (x.seq) x.seq, x.rel, x.col from (
    select d.objid as seq, d.refobjid as rel, d.refobjsubid::int as col, 1 as rank from pg_depend d
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0
    union all
    select d.refobjid, a.adrelid, a.adnum::int, 2 from pg_depend d join pg_attrdef a on a.oid = d.objid
    where d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass
  ) x
  order by x.seq, x.rank, x.rel, x.col
), seq as (
  select c.oid, n.nspname, c.relname, s.seqtypid, s.seqmin, s.seqmax, s.seqincrement, s.seqstart, s.seqcycle, o.rel, a.attname, a.atttypid,
         c.oid in (select w.oid from wanted w) as is_locked,
         has_sequence_privilege(c.oid, 'select,usage') as may_read, c.relpersistence = 'u' and pg_is_in_recovery() as is_absent,
         case a.atttypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647 end as column_max,
         case a.atttypid when 'int2'::regtype then -32768 when 'int4'::regtype then -2147483648 end as column_min
  from pg_sequence s
  join pg_class c on c.oid = s.seqrelid
  join pg_namespace n on n.oid = c.relnamespace
  left join owner o on o.seq = c.oid
  left join pg_attribute a on a.attrelid = o.rel and a.attnum = o.col
  where c.relpersistence <> 't' and n.nspname !~ '^_timescaledb_' and n.nspname <> 'pgtend'
), read as materialized (
  select q.*, case when q.is_locked or not q.may_read or q.is_absent then null else pg_sequence_last_value(q.oid) end as last_value,
         case when q.seqincrement > 0 then least(q.seqmax, coalesce(q.column_max, q.seqmax))
              else greatest(q.seqmin, coalesce(q.column_min, q.seqmin)) end as finish
  from seq q
), begun as (
  select r.*, case when r.seqincrement > 0 then r.seqmin::numeric - 1 else r.seqmax::numeric + 1 end as origin from read r
)
select b.nspname as schema, b.relname as name, b.oid,
       case when b.attname is not null then t.relname || '.' || b.attname end as "column", format_type(b.atttypid, null) as column_type,
       format_type(b.seqtypid, null) as type, b.last_value, b.finish as last_possible, b.seqincrement as increment, b.seqcycle as is_cycle,
       case when not b.is_locked and b.may_read and not b.is_absent
            then greatest((coalesce(b.last_value, b.origin)::numeric - b.origin) / nullif(b.finish - b.origin, 0), 0)::float8 end as used,
       case when not b.is_locked and b.may_read and not b.is_absent
            then least(greatest(trunc((b.finish::numeric - coalesce(b.last_value, b.origin)) / b.seqincrement), 0), 9223372036854775807)::bigint end as values_left,
       b.is_locked, not b.may_read as is_hidden
from begun b
left join pg_class t on t.oid = b.rel
order by used desc nulls last, b.nspname, b.relname
