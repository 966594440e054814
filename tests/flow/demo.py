"""A workspace and a flow that show most of the language."""

ROBO_TOML = """
[sites.portail]
address = {production = "https://portail.example.fr", test = "https://recette.example.fr"}
[accounts.portail]
site = "portail"
open = "/connexion"
user = {label = "Identifiant", value = "robot-31"}
password = {label = "Mot de passe"}
button = "Se connecter"
expect = "Bienvenue"
"""

DEMO = """\
robo: 1
name: Saisie des demandes
inputs:
  classeur: {type: file, label: Classeur, default: demandes.xlsx}
settings: {site: portail}
steps:
  - login: portail
  - for_each_row:
      in: =inputs.classeur
      key: row.numero
      columns: {Code postal: text}
      steps:
        - open: /demandes/nouvelle
        - fill:
            Numéro: =row.numero
            Nom: =row.nom
            Code postal: =row.code_postal
        - submit:
            button: Enregistrer
            expect: Demande {{ row.numero }} enregistrée
            read: {reference: "#ref"}
      already_done:
        steps:
          - open: /demandes/recherche
          - fill: {Numéro: =row.numero}
          - click: Rechercher
          - read: {reference: "#ref"}
        found: Demande {{ row.numero }}
        absent: Aucune demande
      write_back: {Référence: =reference}
"""
