"""What two desks need and no desk owns. Rooms come as desks do; now here: the manifest of a desk, and mounting desks.

``desk``      what a desk's folder says of itself
``mounting``  desks, services and the web toolkit become one router
"""
