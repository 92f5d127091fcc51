"""Rows R8 and R20: a client program written for the reference application, unchanged but for the address of the server.

It lists all courses and enrolls in each with HTTP Basic, then reads the contents; and it walks through the list in each
style of pages. It needs `requests`, which scripts/test installs.
"""

import requests

from served import school

USERNAME, PASSWORD = "student", "correct horse x9"



def walked(session, first):
    """The ids of a list, page by page; `requests` follows `Link` as well as what stands in the answer."""
    ids, url = [], first
    while url:
        r = session.get(url)
        r.raise_for_status()
        page = r.json()
        ids += [course["id"] for course in page["results"]]
        assert page["next"] == r.links.get("next", {}).get("url"), (url, r.links)
        url = page["next"]
    return ids


with school() as url:
    form = {"username": USERNAME, "password1": PASSWORD, "password2": PASSWORD}
    requests.post(f"{url}/students/register/", data=form, timeout=10).raise_for_status()

    # -- from here on it is the reference's own example --
    base_url = f"{url}/api/"

    # retrieve all courses
    r = requests.get(f"{base_url}courses/")
    courses = r.json()
    available_courses = ", ".join([course["title"] for course in courses])
    print(f"Available courses: {available_courses}")

    for course in courses:
        course_id = course["id"]
        course_title = course["title"]
        r = requests.post(f"{base_url}courses/{course_id}/enroll/", auth=(USERNAME, PASSWORD))
        if r.status_code == 200:
            # successful request
            print(f"Successfully enrolled in {course_title}")
        else:
            raise SystemExit(f"{course_title}: {r.status_code} {r.text}")

        r = requests.get(f"{base_url}courses/{course_id}/contents/", auth=(USERNAME, PASSWORD))
        contents = [content for module in r.json()["modules"] for content in module["contents"]]
        assert contents and all(content["item"] for content in contents), course_title

    assert len(courses) >= 5, "the sample school has at least five courses"

    # -- the same list in pages --
    with requests.Session() as session:
        ids = [course["id"] for course in courses]
        for style in ["page_size=2", "limit=2", "cursor=&page_size=2", "page=1", "limit=100&offset=0"]:
            assert walked(session, f"{base_url}courses/?{style}") == ids, style
            print(f"Walked the list with ?{style}")
