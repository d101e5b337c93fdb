"""Pictures drawn by the server: pure layout here, lines and letters in ``templates/charts.html``.

A picture's title is what it shows, as a sentence; labels stand at what they label; a table with the same content stands
beside or below it. Nothing is told by colour alone. Layout works in units of the drawing's own ``viewBox``.
"""
