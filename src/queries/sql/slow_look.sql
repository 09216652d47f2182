-- What goes to the log because of its time, or at a cost: as a session of this role gets it, and what this database or roles have of their own.
with wanted(name) as (values ('log_min_duration_statement'), ('log_min_duration_sample'), ('log_statement_sample_rate'),
		('log_transaction_sample_rate'), ('log_statement'), ('log_duration'), ('log_statement_stats'), ('log_parser_stats'), ('log_planner_stats'),
		('log_executor_stats'), ('debug_print_parse'), ('debug_print_rewritten'), ('debug_print_plan'), ('auto_explain.log_min_duration'),
		('auto_explain.log_analyze'), ('auto_explain.log_timing')),
own as (
	select s.setdatabase, s.setrole, split_part(c, '=', 1) as name, substr(c, strpos(c, '=') + 1) as value
	from pg_db_role_setting s, unnest(s.setconfig) c
	where s.setdatabase in (0, (select oid from pg_database where datname = current_database())))
select w.name as setting, p.setting as raw, p.setting || coalesce(p.unit, '') as value, 'session' as scope, p.source, 0 as place
from wanted w
join pg_settings p on p.name = w.name
union all
select w.name, o.value, o.value,
	case when o.setrole = 0 then 'database'
		when o.setdatabase = 0 then 'role ' || coalesce(r.rolname, o.setrole::text)
		else 'role ' || coalesce(r.rolname, o.setrole::text) || ' in this database' end,
	null, case when o.setrole = 0 then 1 when o.setdatabase <> 0 then 2 else 3 end
from own o
join wanted w on w.name = o.name
left join pg_roles r on r.oid = o.setrole
order by place, scope, setting
