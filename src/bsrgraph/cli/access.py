"""Commands for who may contribute and for what must not be lost: `token add|list|revoke`, `backup`, `restore`."""

from __future__ import annotations

from pathlib import Path

import click

from bsrgraph.backup import back_up, restore
from bsrgraph.cli.common import corpus_of, fails_clearly, graph_option, ledger_of, main, settings_of, state_option
from bsrgraph.cli.contribute import actor, as_option, workflow_of
from bsrgraph.ledger import Role

__all__: list[str] = []


@main.group("token")
def token_group() -> None:
    """Who may contribute and decide over HTTP."""


@token_group.command("add")
@state_option
@as_option
@click.option("--role", type=click.Choice([r.value for r in Role]), default="contributor", show_default=True)
@click.option("--days", type=int, default=365, show_default=True, help="How long it counts.")
@click.argument("holder", metavar="NAME")
@fails_clearly
def token_add(state: str | None, name: str | None, role: str, days: int, holder: str) -> None:
    """Make a token for NAME and print its secret, once: only a digest of it is kept.

    NAME is shown, to everybody, with what is contributed and decided with the token. A contributor proposes, a
    reviewer decides too, an admin erases too.
    """
    access = ledger_of(settings_of(None, state=state)).access
    token, secret = access.add(holder, Role(role), days, actor(name))
    click.echo(f"Token {token.id} for {token.name}, {token.role.value}, until {token.expires_at}:", err=True)
    click.echo(secret)


@token_group.command("list")
@state_option
@fails_clearly
def token_list(state: str | None) -> None:
    """List the tokens, also those that no longer count."""
    for token in ledger_of(settings_of(None, state=state)).access.tokens():
        if token.counts:
            standing = f"until {token.expires_at}"
        else:
            standing = f"revoked {token.revoked_at}" if token.revoked_at else f"expired {token.expires_at}"
        click.echo(f"{token.id}  {token.role.value.ljust(11)}  {standing}  {token.name}")


@token_group.command("revoke")
@state_option
@as_option
@click.argument("which", metavar="ID|NAME")
@fails_clearly
def token_revoke(state: str | None, name: str | None, which: str) -> None:
    """End a token at once, and every browser session that was opened with it."""
    token = ledger_of(settings_of(None, state=state)).access.revoke(which, actor(name))
    click.echo(f"Revoked: {token.id}, {token.name}.", err=True)


@main.command()
@graph_option
@state_option
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@fails_clearly
def backup(graph: str | None, state: str | None, folder: Path) -> None:
    """Copy the ledger and the loaded files to DIR, also while a server runs.

    DIR is whole and has been read again, or it is not there. The graph directory is not in it; its digest is, and
    everything else can be made anew.
    """
    manifest = back_up(corpus_of(graph), ledger_of(settings_of(graph, state=state)), folder)
    counted = ", ".join(f"{count} {name}" for name, count in manifest.contributions.items() if count)
    click.echo(f"Backed up: {counted or 'no contributions'}; {len(manifest.files)} loaded files.", err=True)


@main.command("restore")
@graph_option
@state_option
@as_option
@click.option("--force", is_flag=True, help="Even though there is a ledger whose newer entries will be lost.")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@fails_clearly
def restore_command(graph: str | None, state: str | None, name: str | None, force: bool, folder: Path) -> None:
    """Bring ledger and store back to the backup in DIR, as a new version, also while a server runs.

    All of it or nothing. What was erased or revoked since the backup stays so, and everybody is logged out.
    """
    with workflow_of(graph, state, following=False) as workflow:
        manifest = restore(workflow, folder, actor(name), force=force)
        if manifest.graph_directory != workflow.corpus.digest:
            click.echo("The graph directory is not the one of the backup.", err=True)
    click.echo(f"Restored: the backup of {manifest.made}.", err=True)
