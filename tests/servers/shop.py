"""A shop whose products have reviews with stars (django-oscar), on 127.0.0.1 with SQLite.

Usage: shop.py fill ROOT        make the shop of `content.toml` under ROOT, if it is not there
       shop.py serve ROOT DIR   serve a copy of it until standard input ends
       shop.py VERB DIR …       do something to the shop that is served from DIR; prints JSON:
           truth                    {"products": […], "reviews": […]}: what everybody may read
           add-review PRODUCT STARS TITLE TEXT AUTHOR   written now
           edit-review ID TEXT
           delete-review ID
"""

import datetime
import json
import pathlib
import shutil
import sys

from django.urls import include, path

import content
import django_site
import serving

APPS = """
    django.contrib.admin django.contrib.auth django.contrib.contenttypes django.contrib.sessions
    django.contrib.messages django.contrib.staticfiles django.contrib.sites django.contrib.flatpages
    oscar.config.Shop oscar.apps.analytics.apps.AnalyticsConfig
    oscar.apps.checkout.apps.CheckoutConfig oscar.apps.address.apps.AddressConfig
    oscar.apps.shipping.apps.ShippingConfig oscar.apps.catalogue.apps.CatalogueConfig
    oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig
    oscar.apps.communication.apps.CommunicationConfig oscar.apps.partner.apps.PartnerConfig
    oscar.apps.basket.apps.BasketConfig oscar.apps.payment.apps.PaymentConfig
    oscar.apps.offer.apps.OfferConfig oscar.apps.order.apps.OrderConfig
    oscar.apps.customer.apps.CustomerConfig oscar.apps.search.apps.SearchConfig
    oscar.apps.voucher.apps.VoucherConfig oscar.apps.wishlists.apps.WishlistsConfig
    oscar.apps.dashboard.apps.DashboardConfig oscar.apps.dashboard.reports.apps.ReportsDashboardConfig
    oscar.apps.dashboard.users.apps.UsersDashboardConfig
    oscar.apps.dashboard.orders.apps.OrdersDashboardConfig
    oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig
    oscar.apps.dashboard.offers.apps.OffersDashboardConfig
    oscar.apps.dashboard.partners.apps.PartnersDashboardConfig
    oscar.apps.dashboard.pages.apps.PagesDashboardConfig
    oscar.apps.dashboard.ranges.apps.RangesDashboardConfig
    oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig
    oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig
    oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig
    oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig
    widget_tweaks haystack treebeard sorl.thumbnail django_tables2
"""
MIDDLEWARE = "oscar.apps.basket.middleware.BasketMiddleware"
CONTEXT = """
    oscar.apps.search.context_processors.search_form
    oscar.apps.checkout.context_processors.checkout
    oscar.apps.communication.notifications.context_processors.notifications
    oscar.core.context_processors.metadata
"""


urlpatterns = []


def configure(folder):
    """Makes Django the shop whose database lies in a folder."""
    from oscar import defaults

    of_shops = {name: value for name, value in vars(defaults).items() if name.isupper()}
    of_shops.update(
        OSCAR_SHOP_NAME="Le comptoir du thé",
        OSCAR_ALLOW_ANON_REVIEWS=True,
        OSCAR_MODERATE_REVIEWS=False,
        OSCAR_DEFAULT_CURRENCY="EUR",
        MEDIA_URL="/media/",
        MEDIA_ROOT=folder / "media",
    )
    django_site.configure(folder / "shop.db", APPS, MIDDLEWARE, CONTEXT, **of_shops)
    from django.apps import apps

    urlpatterns.append(path("i18n/", include("django.conf.urls.i18n")))
    urlpatterns.append(path("", include(apps.get_app_config("oscar").urls[0])))


def fill(folder):
    configure(folder)
    from django.core.management import call_command
    from django.db import transaction
    from oscar.test.factories import create_product

    call_command("migrate", run_syncdb=True, verbosity=0)
    with transaction.atomic():
        for made in content.products():
            product = create_product(title=made["title"], price=9, num_in_stock=9)
            for review in made["reviews"]:
                date = datetime.datetime.fromtimestamp(review.pop("date"), datetime.timezone.utc)
                add(product, date, **review)


def add(product, date, stars, title, text, author):
    from oscar.core.loading import get_model

    reviews = get_model("reviews", "ProductReview").objects
    review = reviews.create(
        product=product,
        score=stars,
        title=title,
        body=text,
        name=author,
        email="lecteur@lecteur.example",
        status=reviews.model.APPROVED,
    )
    # Its own rule is that a review is written now.
    reviews.filter(pk=review.pk).update(date_created=date)
    product.update_rating()
    return review.pk


def truth(url):
    from oscar.core.loading import get_model

    products = [
        {
            "id": product.pk,
            "url": url + product.get_absolute_url(),
            "title": product.title,
            "stars": product.rating,
            "count": product.num_approved_reviews,
        }
        for product in get_model("catalogue", "Product").objects.order_by("pk")
    ]
    reviews = [
        {
            "id": review.pk,
            "url": url + review.get_absolute_url(),
            "product": review.product_id,
            "stars": review.score,
            "title": review.title,
            "author": review.name,
            "date": review.date_created.astimezone(datetime.timezone.utc).strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            ),
            "text": review.body,
        }
        for review in get_model("reviews", "ProductReview").objects.order_by("pk")
    ]
    return {"products": products, "reviews": reviews}


def add_review(product, stars, title, text, author):
    from oscar.core.loading import get_model

    product = get_model("catalogue", "Product").objects.get(pk=product)
    return add(product, datetime.datetime.now(datetime.timezone.utc), int(stars), title, text, author)


def edit_review(name, text):
    from oscar.core.loading import get_model

    review = get_model("reviews", "ProductReview").objects.get(pk=name)
    review.body = text
    review.save()
    return review.pk


def delete_review(name):
    from oscar.core.loading import get_model

    review = get_model("reviews", "ProductReview").objects.get(pk=name)
    product = review.product
    review.delete()
    product.update_rating()
    return int(name)


def serve(root, folder):
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(root / "shop.db", folder)
    configure(folder)
    django_site.serve(folder)


verb, folder, *arguments = sys.argv[1:]
folder = pathlib.Path(folder).resolve()
if verb == "fill":
    serving.fill_once(folder / "oscar", fill)
elif verb == "serve":
    serve(folder / "oscar", pathlib.Path(arguments[0]).resolve())
else:
    url = serving.running(folder)
    configure(folder)
    verbs = {
        "truth": lambda: truth(url),
        "add-review": add_review,
        "edit-review": edit_review,
        "delete-review": delete_review,
    }
    print(json.dumps(verbs[verb](*arguments), ensure_ascii=False))
