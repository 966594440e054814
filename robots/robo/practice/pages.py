"""The pages the office shows: French, accessible, sober, without JavaScript; one gets ready by itself."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from robo.practice.register import Record
from robo.practice.rules import CIVILITIES, KINDS

PAGE_SIZE = 10

_STYLE = """
:root { --bleu: #1f3d7a; --gris: #5b6270; --fond: #f5f6f8 }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #1b1d22; background: var(--fond) }
header, footer { padding: .8rem 1.5rem; background: #fff; border-bottom: 3px solid var(--bleu) }
header p { margin: 0; font-weight: 700; color: var(--bleu) }
nav a { margin-right: 1.2rem }
a { color: var(--bleu) }
main { max-width: 46rem; margin: 1.5rem auto; padding: 1.2rem 1.8rem; background: #fff; border: 1px solid #d9dce2 }
footer { border: 0; color: var(--gris); font-size: .85rem; background: none; text-align: center }
h1 { margin-top: 0; font-size: 1.5rem }
form div, fieldset { margin: 0 0 1rem }
label, legend { font-weight: 600 }
div > label:first-child { display: block }
.a-cote label { display: inline; font-weight: 400; margin-right: 1rem }
fieldset { border: 1px solid #b9bec8; padding: .3rem .8rem .6rem }
input[type=text], input[type=password], input[type=date], select, textarea {
  width: 100%; padding: .45rem; font: inherit; border: 1px solid #80868f; background: #fff }
small { color: var(--gris) }
button { padding: .55rem 1.4rem; font: inherit; font-weight: 600; color: #fff; background: var(--bleu); border: 0 }
:focus-visible { outline: 3px solid #f2a900; outline-offset: 2px }
table { width: 100%; border-collapse: collapse }
th, td { padding: .35rem .6rem; text-align: left; border-bottom: 1px solid #d9dce2 }
td.montant, th.montant { text-align: right }
.fait { padding: .6rem 1rem; border-left: 5px solid #1a7f4b; background: #e9f6ef }
.refus { padding: .6rem 1rem; border-left: 5px solid #b3261e; background: #fcebea }
"""

_NAV = """<nav aria-label="Menu principal">
<a href="/">Accueil</a> <a href="/demandes">Liste</a> <a href="/demandes/nouvelle">Saisie</a>
<a href="/demandes/recherche">Recherche</a> <a href="/deconnexion">Se déconnecter</a>
</nav>"""


def _page(title: str, body: str, *, nav: bool = True, goes_to: str = "") -> str:
    """A whole page; goes_to: where it goes by itself after a second."""
    refresh = f'<meta http-equiv="refresh" content="1; url={goes_to}">' if goes_to else ""
    return f"""<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} – Bureau des aides</title>
<link rel="icon" href="data:,">{refresh}
<style>{_STYLE}</style>
</head>
<body>
<header><p>Bureau des aides</p>{_NAV if nav else ""}</header>
<main>
<h1>{escape(title)}</h1>
{body}
</main>
<footer>Application d’entraînement : rien de ce qui est saisi ici n’est conservé.</footer>
</body>
</html>
"""


def sign_in(problem: str = "") -> str:
    """The sign-in page, with the reason of a failed attempt if there was one."""
    refusal = f'<p class="refus" role="alert">{escape(problem)}</p>' if problem else ""
    return _page(
        "Connexion",
        f"""{refusal}<p>Veuillez vous identifier</p>
<form method="post" action="/connexion">
<div><label for="identifiant">Identifiant</label>
<input type="text" id="identifiant" name="identifiant" autocomplete="username"></div>
<div><label for="mot_de_passe">Mot de passe</label>
<input type="password" id="mot_de_passe" name="mot_de_passe" autocomplete="current-password"></div>
<button type="submit">Se connecter</button>
</form>""",
        nav=False,
    )


def home(user: str) -> str:
    """The page after signing in."""
    return _page(
        "Accueil",
        f"""<p>Bienvenue, {escape(user)}</p>
<ul><li><a href="/demandes/nouvelle">Nouvelle demande</a></li>
<li><a href="/demandes/recherche">Rechercher une demande</a></li>
<li><a href="/demandes">Liste des demandes</a></li>
<li><a href="/statistiques">Statistiques</a></li></ul>""",
    )


def _text(name: str, label: str, hint: str = "") -> str:
    note = f'<small id="{name}_aide">{escape(hint)}</small>' if hint else ""
    described = f' aria-describedby="{name}_aide"' if hint else ""
    return f"""<div><label for="{name}">{escape(label)}</label>
<input type="text" id="{name}" name="{name}" autocomplete="off"{described}>{note}</div>
"""


def new_demande(stale: Record | None = None) -> str:
    """The empty form; `stale`: show this earlier entry as if it had just been saved."""
    message = ""
    if stale is not None:
        message = (
            '<p class="fait" role="status">Demande enregistrée : '
            f'<strong id="reference">{escape(stale.reference)}</strong></p>'
        )
    radios = "".join(
        f'<input type="radio" id="civilite_{value}" name="civilite" value="{value}">'
        f'<label for="civilite_{value}"> {value}</label>'
        for value in CIVILITIES
    )
    options = "".join(f"<option>{kind}</option>" for kind in KINDS)
    return _page(
        "Nouvelle demande",
        f"""{message}<form method="post" action="/demandes" enctype="multipart/form-data">
{_text("numero", "Numéro de demande")}<fieldset class="a-cote"><legend>Civilité</legend>{radios}</fieldset>
{_text("nom", "Nom")}{_text("prenom", "Prénom")}<div><label for="date_naissance">Date de naissance</label>
<input type="date" id="date_naissance" name="date_naissance"></div>
{_text("code_postal", "Code postal")}{_text("commune", "Commune")}<div><label for="type">Type de demandeur</label>
<select id="type" name="type"><option value="">— Choisir —</option>{options}</select></div>
{_text("montant", "Montant demandé (€)", "Deux décimales après la virgule, par exemple 1 234,50")}<div class="a-cote">
<input type="checkbox" id="urgent" name="urgent" value="oui"><label for="urgent"> Dossier urgent</label></div>
<div><label for="observations">Observations</label>
<textarea id="observations" name="observations" rows="4"></textarea></div>
<div><label for="piece">Pièce justificative</label>
<input type="file" id="piece" name="piece"></div>
<button type="submit">Enregistrer</button>
</form>""",
    )


def saved(record: Record) -> str:
    """The answer to an entry that was committed."""
    return _page(
        "Demande enregistrée",
        f"""<p class="fait" role="status">Référence : <strong id="reference">{escape(record.reference)}</strong></p>
<p>Demande {escape(record.number)}</p>
<p><a href="/demandes/nouvelle">Nouvelle demande</a></p>""",
    )


def refused(reasons: Sequence[str]) -> str:
    """The answer to an entry the rules refuse."""
    items = "".join(f"<li>{escape(reason)}</li>" for reason in reasons)
    return _page(
        "Demande refusée",
        f"""<div class="refus" role="alert"><ul id="motifs">{items}</ul></div>
<p><a href="/demandes/nouvelle">Nouvelle demande</a></p>""",
    )


def _rows(records: Sequence[Record], first_id: str = "") -> str:
    lines = []
    for place, record in enumerate(records):
        mark = f' id="{first_id}"' if first_id and place == 0 else ""
        name = f"{record.fields.get('prenom', '')} {record.fields.get('nom', '')}"
        lines.append(
            f'<tr><td><span class="reference"{mark}>{escape(record.reference)}</span></td>'
            f"<td>Demande {escape(record.number)}</td><td>{escape(name)}</td>"
            f'<td class="montant">{escape(record.fields.get("montant", ""))} €</td></tr>'
        )
    return (
        '<table><thead><tr><th scope="col">Référence</th><th scope="col">Demande</th><th scope="col">Nom</th>'
        f'<th scope="col" class="montant">Montant</th></tr></thead><tbody>{"".join(lines)}</tbody></table>'
    )


def listing(records: Sequence[Record], page: int) -> str:
    """One page (from 1) of all entries, newest last; a page out of bounds shows the nearest one."""
    pages = max(1, -(-len(records) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    table = _rows(records[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]) if records else "<p>Aucune demande</p>"
    links = []
    if page > 1:
        links.append(f'<a href="/demandes?page={page - 1}" rel="prev">Page précédente</a>')
    if page < pages:
        links.append(f'<a href="/demandes?page={page + 1}" rel="next">Page suivante</a>')
    return _page(
        "Liste des demandes",
        f"""{table}
<nav aria-label="Pagination"><p>Page {page} sur {pages}</p>{" ".join(links)}</nav>
<p><a href="/demandes/nouvelle">Nouvelle demande</a></p>""",
    )


def search(number: str = "", found: Sequence[Record] | None = None) -> str:
    """The search form, and under it what was found (None: nothing was searched yet)."""
    result = ""
    if found is not None:
        result = _rows(found, "reference") if found else '<p role="status">Aucune demande trouvée</p>'
    return _page(
        "Recherche d’une demande",
        f"""<form method="post" action="/demandes/recherche">
<div><label for="numero">Numéro de demande</label>
<input type="text" id="numero" name="numero" autocomplete="off" value="{escape(number)}"></div>
<button type="submit">Rechercher</button>
</form>
{result}""",
    )


def reckoning(address: str) -> str:
    """While the figures are being reckoned: the page goes there by itself, and so does its link."""
    return _page(
        "Statistiques",
        f"""<p role="status">Calcul en cours</p>
<p><a href="{address}">Actualiser</a></p>""",
        goes_to=address,
    )


def figures(count: int) -> str:
    """How many entries there are."""
    return _page(
        "Statistiques",
        f"""<p role="status">Calcul terminé</p>
<p>Demandes enregistrées : <strong id="nombre">{count}</strong></p>
<p><a href="/statistiques">Actualiser</a></p>""",
    )


def problem(title: str, text: str) -> str:
    """A page for what is not there or went wrong."""
    return _page(title, f'<p class="refus" role="alert">{escape(text)}</p>', nav=False)
