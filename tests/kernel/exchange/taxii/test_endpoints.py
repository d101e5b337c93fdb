import pytest

from comity.kernel.base.errors import NotFound, Refused
from comity.kernel.directory.collections import Entry
from comity.kernel.exchange.taxii import endpoints
from comity.kernel.exchange.taxii.endpoints import ENDPOINTS, MethodNotAllowed, Right, find, permit
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.types import Collection

FOUND = [
    ("/taxii2/", "discovery", ()),
    ("/taxii2", "discovery", ()),
    ("/taxii2/root/", "api-root", ()),
    ("/taxii2/root", "api-root", ()),
    ("/taxii2/root/status/s/", "status", ("", "", "s")),
    ("/taxii2/root/collections/", "collections", ()),
    ("/taxii2/root/collections/c/", "collection", ("c",)),
    ("/taxii2/root/collections/c/manifest/", "manifest", ("c",)),
    ("/taxii2/root/collections/c/objects/", "objects", ("c",)),
    ("/taxii2/root/collections/c/objects", "objects", ("c",)),
    ("/taxii2/root/collections/c/objects/o/", "object", ("c", "o")),
    ("/taxii2/root/collections/c/objects/o/versions/", "versions", ("c", "o")),
]


@pytest.mark.parametrize(("path", "name", "parts"), FOUND)
def test_paths_that_name_something(path, name, parts):
    target = find(path)
    assert target.endpoint.name == name
    assert (target.collection, target.object, target.status) == (*parts, "", "", "")[:3]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/taxii",
        "/taxii2x/",
        "/taxii2//",
        "/taxii2//root/",
        "/taxii2/root//",
        "/taxii2/taxii2/root/",
        "/taxii2/other/",
        "/taxii2/root/status/",
        "/taxii2/root/collections//objects/",
        "/taxii2/root/collections/c/other/",
        "/taxii2/root/collections/c/objects/o/versions/v/",
        "/taxii2/root/collections/a\x00b/",
        "/taxii2/root/collections/é/",
        "/taxii2/root/collections/\udc80/",
        "/taxii2/root/collections/" + "x" * 301 + "/",
    ],
)
def test_paths_that_name_nothing(path):
    with pytest.raises(NotFound):
        find(path)


def test_every_endpoint_is_found_at_its_own_path():
    for endpoint in ENDPOINTS:
        assert find(endpoint.path.format(collection="c", object="o", status="s")).endpoint is endpoint


@pytest.mark.parametrize(
    ("endpoint", "method", "allow"),
    [
        (endpoints.DISCOVERY, "POST", "GET, HEAD, OPTIONS"),
        (endpoints.OBJECTS, "DELETE", "GET, HEAD, OPTIONS, POST"),
        (endpoints.OBJECT, "PUT", "DELETE, GET, HEAD, OPTIONS"),
        (endpoints.MANIFEST, "PROPFIND", "GET, HEAD, OPTIONS"),
        (endpoints.MANIFEST, "get", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_is_not_supported(endpoint, method, allow):
    with pytest.raises(MethodNotAllowed) as caught:
        endpoint.right(method)
    assert caught.value.status == 405
    assert caught.value.allow == allow


def entry(read, write):
    return Entry(Collection(1, "u", "s", "t", "", Tlp.GREEN, 0), read, write)


PERMITTED = {
    (True, True): {Right.SEEN, Right.READ, Right.WRITE, Right.READ_AND_WRITE},
    (True, False): {Right.SEEN, Right.READ},
    (False, True): {Right.SEEN, Right.WRITE},
}


@pytest.mark.parametrize("access", PERMITTED)
@pytest.mark.parametrize("right", [Right.SEEN, Right.READ, Right.WRITE, Right.READ_AND_WRITE])
def test_rights_in_a_collection_that_may_be_used_somehow(access, right):
    if right in PERMITTED[access]:
        assert permit(right, entry(*access))
    else:
        with pytest.raises(Refused):
            permit(right, entry(*access))


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("hidden", [None, entry(read=False, write=False)])
def test_what_may_not_be_used_at_all_does_not_exist(right, hidden):
    with pytest.raises(NotFound):
        permit(right, hidden)
