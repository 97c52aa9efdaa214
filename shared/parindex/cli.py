"""The `parindex` command. Each wish is a module of `parindex.commands`; here they only get their names."""

import typer

from parindex.commands import doctor, issuer, log, migrate, version
from parindex.hosting.logging import configure_logs
from parindex_cli.commands import accounts, audit, demo, docs, replay, round, serve

app = typer.Typer(
    help="Chỉ số cải cách hành chính (PAR INDEX): chạy, kiểm tra, tính lại.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they may hold secrets
)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.add_typer(round.app, name="round")
app.command("replay")(replay.replay_command)
app.command("audit")(audit.audit_command)
app.command("migrate")(migrate.migrate)
app.add_typer(log.app, name="log")
app.command("doctor")(doctor.doctor)
app.command("issuer")(issuer.issuer)
app.add_typer(accounts.app, name="accounts")
app.command("openapi")(docs.openapi)
app.command("asyncapi")(docs.asyncapi)
app.command("docs")(docs.docs)
app.command("version")(version.version)


def main() -> None:
    configure_logs("warning", "parindex")
    app()
