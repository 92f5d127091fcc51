"""Row R8: a client program written for the reference application, unchanged but for the address of the server.

It lists all courses and enrolls in each with HTTP Basic, then reads the contents. It needs `requests`, which
scripts/test installs.
"""

import requests

from served import school

USERNAME, PASSWORD = "student", "correct horse x9"

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
