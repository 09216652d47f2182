-- One change of each kind of object that all.sql makes; each line is named by diff.
create schema more;
alter collation app.german rename to deutsch;
alter type app.status add value 'late' before 'done';
alter type app.pair add attribute c date;
alter domain app.email drop not null;
create or replace function app.plus(a text) returns text language plpgsql as $$
begin
	-- two
	return a || '+';
end $$;
drop procedure app.work(integer);
alter text search dictionary app.plain (accept = true);
alter sequence app.free increment 6;
alter table app.orders alter note type varchar(50);
alter table app.users alter total drop not null;
alter table app.users add column phone text;
alter table app.users drop column name cascade;
alter table app.users drop constraint users_total_check;
alter table app.users disable trigger users_touch;
alter table app.users no force row level security;
alter table app.orders drop constraint orders_user_id_fkey, add constraint orders_user_id_fkey foreign key (user_id) references app.users (id);
alter table app.orders replica identity default;
alter table app.scratch set logged;
alter table app.scratch reset (fillfactor);
create table app.parted_2027 partition of app.parted for values from ('2027-01-01') to ('2028-01-01');
alter table app.child add c integer;
drop index app.orders_user;
create index orders_user on app.orders (user_id);
create index users_at on app.users (at);
create or replace view app.open_users as select id, email from app.users where state = 'new';
drop rule no_delete on app.orders;
alter policy own on app.users using (true);
create policy more on app.orders using (true);
alter publication changes add table app.orders;
alter event trigger watch disable;
alter server remote options (set host 'nearer');
alter foreign table app.far options (set table_name 'u');
comment on table app.users is 'persons';
comment on column app.users.email is null;
create table app.extra (id integer primary key, what text not null);
create index on app.extra (what);
drop table "Odd Name"."Ta""ble.x";
alter table app.base alter a set default 1;
alter table only app.child alter a set default 2;
alter table app.own_1 alter note set default 'its own';
alter table app.own_2 disable trigger own_touch;
alter table app.users set without cluster;
alter table app.users alter id set statistics 100;
alter statistics app.orders_stats set statistics 301;
alter table app.toasted set (toast.autovacuum_enabled = true);
alter index app.toasted_lower alter column 1 set statistics 200;
drop operator family app.family using btree;
alter foreign data wrapper plain options (set debug 'true');
create or replace aggregate app.moving(integer) (sfunc = int4pl, stype = integer, initcond = '0', msfunc = int4pl, minvfunc = int4mi, mstype = integer, minitcond = '5');
comment on schema public is 'another';
-- in another order: no difference
alter foreign table app.turned options (drop schema_name);
alter foreign table app.turned options (add schema_name 's');
