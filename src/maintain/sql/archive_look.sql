-- The table of an archive rule: $1 its schema (null: by name alone), $2 its name, $3 the column that tells the age, $4 how old. One row a table that holds
-- rows: of a partitioned or inherited one each part. gone: a condition on t that keeps rows which other tables still refer to, whatever their foreign
-- keys would do to them (self-made by the server, so that every name is quoted).
with recursive named as (
  select c.oid, c.relkind, n.nspname, c.relname
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where c.relname = $2 and c.relkind in ('r', 'p') and c.relpersistence <> 't'
     and ($1::text is null and pg_catalog.left(n.nspname, 3) <> 'pg_' and n.nspname <> 'information_schema' or n.nspname = $1)
), tree as (
  select named.oid as root, named.oid from named
  union
  select t.root, i.inhrelid from tree t join pg_catalog.pg_inherits i on i.inhparent = t.oid
), age as (
  select $4::interval as age, pg_catalog.now() - $4::interval as past, pg_catalog.timezone('UTC', pg_catalog.now()) - $4::interval as past_utc
)
select named.oid::bigint as root_oid, pg_catalog.format('%I.%I', named.nspname, named.relname) as root, pg_catalog.pg_table_is_visible(named.oid) as is_visible,
       c.oid::bigint as oid, n.nspname as schema, c.relname as name, c.relkind as kind,
       pg_catalog.pg_get_userbyid(c.relowner) as owner,
       a.attname is not null as has_column,
       pg_catalog.format_type(a.atttypid, null) as type,
       case a.atttypid when 'timestamptz'::regtype then age.past::text
                       when 'timestamp'::regtype then age.past_utc::text
                       when 'date'::regtype then age.past_utc::date::text end as cutoff,
       -- a row that is to be locked must be one that may be updated, too
       pg_catalog.has_table_privilege(c.oid, 'SELECT') and pg_catalog.has_table_privilege(c.oid, 'DELETE') as may_delete,
       pg_catalog.has_table_privilege(c.oid, 'UPDATE') or pg_catalog.has_table_privilege(c.oid, 'DELETE') as may_lock,
       exists (select from pg_catalog.pg_index x join pg_catalog.pg_class ic on ic.oid = x.indexrelid join pg_catalog.pg_am m on m.oid = ic.relam
                where x.indrelid = c.oid and x.indkey[0] = a.attnum and x.indisvalid and x.indpred is null and m.amname = 'btree') as has_index,
       case when c.reltuples > 0 then (pg_catalog.pg_table_size(c.oid) / c.reltuples)::bigint else 200 end as width,
       pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint as pages,
       pg_catalog.pg_table_size(c.oid) as bytes,
       case when c.relpages > 0 then greatest(c.reltuples / c.relpages, 1)::bigint else 1 end as page_rows,
       (select pg_catalog.string_agg(pg_catalog.quote_ident(l.attname), ', ' order by l.attnum)
          from pg_catalog.pg_attribute l where l.attrelid = named.oid and l.attnum > 0 and not l.attisdropped and l.attgenerated = '') as columns,
       (select pg_catalog.string_agg('t.' || pg_catalog.quote_ident(l.attname), ', ' order by l.attnum)
          from pg_catalog.pg_attribute l where l.attrelid = named.oid and l.attnum > 0 and not l.attisdropped and l.attgenerated = '') as row_columns,
       (select pg_catalog.string_agg(tg.tgname, ', ' order by tg.tgname) from pg_catalog.pg_trigger tg
         where tg.tgrelid = c.oid and not tg.tgisinternal and tg.tgenabled <> 'D' and tg.tgtype::int & 8 <> 0) as triggers,
       -- what a child has and the named table has not: it would not be in the file
       (select pg_catalog.string_agg(pg_catalog.quote_ident(l.attname), ', ' order by l.attnum)
          from pg_catalog.pg_attribute l where l.attrelid = c.oid and l.attnum > 0 and not l.attisdropped and l.attgenerated = ''
           and not exists (select from pg_catalog.pg_attribute w where w.attrelid = named.oid and w.attname = l.attname and not w.attisdropped)) as own_columns,
       (select pg_catalog.string_agg(w.rulename, ', ' order by w.rulename) from pg_catalog.pg_rewrite w
         where w.ev_class = c.oid and w.ev_type = '4' and w.ev_enabled <> 'D') as rules,
       f.gone, f.referrers,
       exists (select from pg_catalog.pg_inherits hi join pg_catalog.pg_class hk on hk.oid = hi.inhrelid join pg_catalog.pg_namespace hn on hn.oid = hk.relnamespace
                where hi.inhparent = named.oid and named.relkind = 'r' and hn.nspname ~ '^_timescaledb_') as is_hypertable
  from named
  join tree on tree.root = named.oid
  join pg_catalog.pg_class c on c.oid = tree.oid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  cross join age
  left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = $3 and a.attnum > 0 and not a.attisdropped
  left join lateral (
    select pg_catalog.string_agg(
             -- a row that refers to itself alone is in nobody's way
             pg_catalog.format('not exists (select from %I.%I k where %s%s)', kn.nspname, kc.relname, case when k.conrelid = k.confrelid then 'k.ctid <> t.ctid and ' end,
               (select pg_catalog.string_agg(pg_catalog.format('t.%I operator(%I.%s) k.%I', ra.attname, opn.nspname, op.oprname, fa.attname), ' and ')
                  from unnest(k.confkey, k.conkey, k.conpfeqop) as p(refer, own, op)
                  join pg_catalog.pg_attribute ra on ra.attrelid = k.confrelid and ra.attnum = p.refer
                  join pg_catalog.pg_attribute fa on fa.attrelid = k.conrelid and fa.attnum = p.own
                  join pg_catalog.pg_operator op on op.oid = p.op join pg_catalog.pg_namespace opn on opn.oid = op.oprnamespace)), ' and ') as gone,
           pg_catalog.string_agg(distinct pg_catalog.format('%s.%s', kn.nspname, kc.relname), ', ') as referrers
      from pg_catalog.pg_constraint k
      join pg_catalog.pg_class kc on kc.oid = k.conrelid and not kc.relispartition
      join pg_catalog.pg_namespace kn on kn.oid = kc.relnamespace
     where k.contype = 'f' and k.confrelid = c.oid) f on true
 where c.relkind = 'r'
 order by is_visible desc, named.nspname, c.oid
