"""What members answer to a template's questions: one check for pages and API, and the generated form."""

from apps.catalogue.parameters.check import UploadFacts, check
from apps.catalogue.parameters.context import MemberContext, defaults
from apps.catalogue.parameters.form import ParametersForm, form_class

__all__ = ["MemberContext", "ParametersForm", "UploadFacts", "check", "defaults", "form_class"]
