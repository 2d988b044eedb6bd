"""Facts from data files: STAR, MRC, TIFF and EER, read as RELION reads them; the files of a project folder."""
