-- Rows that the own transaction has written, by table.
select s.relid as oid,
       s.n_tup_ins as inserted,
       s.n_tup_upd as updated,
       s.n_tup_del as deleted
  from pg_catalog.pg_stat_xact_user_tables s
 where s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0
