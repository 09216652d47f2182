"""The sample database of faults.py, something of everything; and the question after every row of every table of any database."""

SAMPLE = r"""
create role app_owner; create role app_reader;
create extension hstore;
create type mood as enum ('sad', 'ok', 'with ''quote''');
create domain positive as int check (value > 0);
create sequence apart increment 7 start 100;
select nextval('apart'), nextval('apart');
create table people (id bigint generated always as identity primary key, name text not null, feeling mood, n positive, extra hstore, doc jsonb,
    raw bytea, amount numeric(20, 6), ratio double precision, span int4range, at timestamptz, tags text[], twice numeric generated always as (amount * 2) stored);
insert into people(name, feeling, n, extra, doc, raw, amount, ratio, span, at, tags)
    select 'name ' || g || E' tab\t\\ ''q'' "d" \n ' || chr(8364), (array['sad', 'ok', 'with ''quote''']::mood[])[g % 3 + 1], g, hstore('k' || g, null), jsonb_build_object('g', g, 'list', array[g, g + 1]),
    decode(md5(g::text), 'hex'), g / 7.0, case g % 5 when 0 then 'NaN' when 1 then '-Infinity' else sqrt(g) end, int4range(g, g + 10), timestamptz '2026-01-01' + g * interval '1 minute', array['a' || g, null, '{"}']
    from generate_series(1, 2000) g;
create table orders (id serial primary key, person bigint references people, parent int references orders, note text);
insert into orders(person, parent, note) select g % 2000 + 1, nullif(g / 2, 0), repeat(md5(g::text), 3) from generate_series(1, :rows) g;
create index on orders(person); create unique index on people(lower(name));
create table parts (at date, x int) partition by range (at);
create table parts_1 partition of parts for values from ('2026-01-01') to ('2026-02-01');
create table parts_2 partition of parts for values from ('2026-02-01') to ('2026-03-01');
insert into parts select date '2026-01-01' + g % 59, g from generate_series(1, 3000) g;
create table base (a int); create table derived (b int) inherits (base);
insert into base values (1), (2), (null); insert into derived values (3, 4);
create table empty (a int); create table nothing (); insert into nothing default values;
create unlogged table fast (a int); insert into fast values (1);
create schema "Odd "" schema"; create table "Odd "" schema"."T'able
two" ("col""umn" int, "$x" text); insert into "Odd "" schema"."T'able
two" values (1, E'\\N'), (2, E'\\.'), (3, ''), (4, null);
create view v as select id, name from people where n > 10;
create materialized view mv as select feeling, count(*) from people group by 1;
create function hook() returns trigger language plpgsql as $$ begin new.note := coalesce(new.note, '') || '!'; return new; end $$;
create trigger on_insert before insert on orders for each row execute function hook();
alter table people enable row level security; create policy mine on people for select to app_reader using (n < 100);
alter table orders owner to app_owner; grant select on people, orders to app_reader; grant usage on sequence apart to app_reader;
comment on table people is 'of the sample; it''s quoted';
select lo_from_bytea(0, decode(repeat('0a0b', 5000), 'hex'));
alter default privileges grant select on tables to app_reader;
"""

PICTURE = r"""
create temp table seen(what text, hash text);
do $$ declare r record; h text; begin
for r in select c.oid::regclass as t, quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 2 loop
    if r.relkind = 'S' then execute format('select last_value || %L || is_called from %s', ' ', r.t) into h;
    else execute format('select count(*) || %L || coalesce(md5(string_agg(h, %L order by h)), %L) from (select md5(t::text) h from only %s t) x', ' ', '', '', r.t) into h; end if;
    insert into seen values (r.name, h);
end loop; end $$;
insert into seen select 'large objects', md5(string_agg(md5(lo_get(oid)), '' order by oid)) from pg_largeobject_metadata;
select replace(what, E'\n', '\n') || ' = ' || hash from seen order by 1;
"""
